/** What the field's packages measured: test/fixtures/metrics.{json,safetensors}, described in test/peer/metrics.py. */
import { readFileSync } from 'node:fs'
import type { Image } from '../lib/data/image.js'
import { readSafetensors } from '../lib/data/safetensors.js'
import type { Features } from '../lib/metrics/features.js'
import type { GreyImage } from '../lib/metrics/grey.js'
import { dtypeCode } from '../lib/torch/dtype.js'
import * as torch from '../lib/torch/index.js'
import { fixture } from './helpers.js'

const { tensors } = await readSafetensors(fixture('metrics.safetensors'))

/** One number a metric and pair. */
export const figures: Record<string, number> = JSON.parse(readFileSync(fixture('metrics.json'), 'utf8'))

/** The names below `metric` that have a figure, such as ['sketch', 'other']. */
export const pairsOf = (metric: string): [string, string][] =>
  Object.keys(figures)
    .map((name) => name.split('/'))
    .filter((parts) => parts[0] === metric && parts.length === 3)
    .map(([, prediction, truth]) => [prediction!, truth!])

export const shapeOf = (name: string) => tensors[name]!.shape

export const load = (name: string) => {
  const { shape, dtype, data } = tensors[name]!
  const bytes = torch.tensor(Uint8Array.from(data), [data.length])
  const [typed] = torch.op('aten::view', 'dtype', [bytes, dtypeCode(dtype)])
  return typed!.reshape(shape)
}

export async function numbers(name: string): Promise<number[]> {
  return Array.from(await load(name).toArray(), Number)
}

export function grey(name: string): GreyImage {
  const { shape, data } = tensors[`pictures/${name}`]!
  return { width: shape[1]!, height: shape[0]!, data: Uint8Array.from(data) }
}

/** From [height, width, 3], uint8. */
export function image(name: string): Image {
  const { shape, data } = tensors[`pictures/${name}`]!
  const [height, width] = shape as [number, number]
  return fromBytes(width, height, (x, y, channel) => data[3 * (y * width + x) + channel]!)
}

export function fromBytes(
  width: number,
  height: number,
  at: (x: number, y: number, channel: number) => number,
): Image {
  const plane = width * height
  const data = Float32Array.from({ length: 3 * plane }, (_, i) => {
    const [channel, pixel] = [Math.floor(i / plane), i % plane]
    return at(pixel % width, Math.floor(pixel / width), channel) / 127.5 - 1
  })
  return { width, height, data }
}

/** pattern() of test/peer/metrics_pictures.py, at one pixel. */
export function pattern(x: number, y: number, seed: number): number {
  const wave = (u: number) => Math.abs((u % 510) - 255)
  return (wave(3 * x + 2 * y + 40 * seed) + wave(((x * y) >> 4) + 7 * seed * x)) >> 1
}

export function greyPattern(width: number, height: number, seed: number): GreyImage {
  const data = Uint8Array.from({ length: width * height }, (_, i) =>
    pattern(i % width, Math.floor(i / width), seed),
  )
  return { width, height, data }
}

export async function features(name: string): Promise<Features> {
  const [count, width] = shapeOf(`features/${name}`) as [number, number]
  return { count, width, data: (await load(`features/${name}`).toArray()) as Float32Array }
}
