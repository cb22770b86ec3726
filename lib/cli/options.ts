/** Options that several commands share, with their parsing. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Bundle } from '../bundle/bundle.js'
import { type BundleOptions, loadBundle } from '../bundle/bundle.js'
import type { FaceChoice } from '../data/face-choice.js'
import type { Device } from '../torch/dtype.js'
import type { Output } from './output.js'

export interface ModelOptions {
  bundle?: string
  device: Device | 'auto'
  dtype: NonNullable<BundleOptions['dtype']>
  threads?: number
  libtorch?: string
  json?: boolean
}

/** Which networks, and where they run. */
export function withModel(command: Command): Command {
  return withJson(command)
    .option('--bundle <folder>', 'the bundle to use (default: the embedded one)')
    .option('--device <device>', 'auto, cpu, cuda or cuda:N; only auto may fall back', parseDevice, 'auto')
    .addOption(
      new Option('--dtype <dtype>', 'what the networks compute in')
        .choices(['float32', 'bfloat16', 'float16'])
        .default('float32'),
    )
    .option('--threads <count>', 'threads that compute on the CPU', parseCount)
    .option('--libtorch <folder>', 'the LibTorch to use')
}

export function withJson(command: Command): Command {
  return command.option('--json', 'results and errors as JSON lines')
}

export function withSeed(command: Command): Command {
  return command.option('--seed <number>', 'seed of all random numbers', parseInteger, 0)
}

export interface CropOptions {
  crop?: 'face' | 'none'
  face?: FaceChoice
}

/** What of a photo is taken. */
export function withCrop(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--crop <what>',
        'face or none (default: face for the embedded bundle and others of 96 to 256 px, which know nothing else)',
      ).choices(['face', 'none']),
    )
    .option(
      '--face <which>',
      'of several: largest, central or N, the N-th from the left (default: largest)',
      parseFace,
    )
}

/** Opens the bundle that the options name, saying where it runs. */
export async function openBundle(options: ModelOptions, output: Output): Promise<Bundle> {
  const bundle = await loadBundle(options.bundle, options)
  const { name } = bundle.manifest
  const fell = options.device === 'auto' && bundle.device === 'cpu' ? ' (no GPU found)' : ''
  output.note(`bundle ${name} on ${bundle.device}${fell}, ${bundle.dtype}`)
  return bundle
}

export function parseInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || text.trim() === '')
    throw new InvalidArgumentError('Expected a whole number.')
  return value
}

export function parseCount(text: string): number {
  const value = parseInteger(text)
  if (value < 1) throw new InvalidArgumentError('Expected a whole number from 1.')
  return value
}

export function parseNumber(text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value) || text.trim() === '') throw new InvalidArgumentError('Expected a number.')
  return value
}

function parseDevice(text: string): Device | 'auto' {
  if (/^(auto|cpu|cuda(:\d+)?)$/.test(text)) return text as Device | 'auto'
  throw new InvalidArgumentError('Expected auto, cpu, cuda or cuda:N.')
}

function parseFace(text: string): FaceChoice {
  if (text === 'largest' || text === 'central') return text
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected largest, central or a number from 1.')
}
