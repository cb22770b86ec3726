/** Pictures turned, scaled and shifted. */
import { setImmediate } from 'node:timers/promises'
import { inverse, type Similarity, scaleOf } from './align-similarity.js'
import { fromSharp, type Image, toSharp } from './image.js'

/** What is seen where the picture does not reach: its edge, repeated, or white paper. */
export type Outside = 'edge' | 'white'

/** Rows between two turns of the event loop. */
const ROWS = 32
/** The slope of the cubic at 1 px (Keys's a). */
const SHARPNESS = -0.75

/**
 * The picture as a similarity moves it, seen through a window of width x height px whose corner is at 0, 0. Coordinates
 * count from the upper left edge: the middle of the first pixel is at (0.5, 0.5). Sampled by cubic convolution
 * as in PyTorch and OpenCV; what shrinks is averaged first.
 */
export async function warp(
  image: Image,
  move: Similarity,
  width: number,
  height: number,
  outside: Outside = 'edge',
): Promise<Image> {
  const { image: source, from } = await shrunk(image, inverse(move))
  const data = new Float32Array(3 * width * height)
  const colour = new Float64Array(3)
  for (let y = 0; y < height; y++) {
    if (y % ROWS === ROWS - 1) await setImmediate()
    for (let x = 0; x < width; x++) {
      const [u, v] = from(x + 0.5, y + 0.5)
      const beyond = u < 0 || v < 0 || u > source.width || v > source.height
      if (beyond && outside === 'white') colour.fill(1)
      else sample(source, u - 0.5, v - 0.5, colour)
      for (let channel = 0; channel < 3; channel++)
        data[(channel * height + y) * width + x] = colour[channel] as number
    }
  }
  return { width, height, data }
}

/** Scaled down to the size it will be seen in, so that no pixel is skipped, and the way from the window into it. */
async function shrunk(image: Image, back: Similarity) {
  const shrink = Math.min(1, scaleOf(inverse(back)))
  const width = Math.max(1, Math.round(image.width * shrink))
  const height = Math.max(1, Math.round(image.height * shrink))
  const [sx, sy] = [width / image.width, height / image.height]
  const same = width === image.width && height === image.height
  const source = same
    ? image
    : await fromSharp(toSharp(image).resize(width, height, { fit: 'fill', kernel: 'lanczos3' }))
  const { a, b, tx, ty } = back
  const from = (x: number, y: number): [number, number] => [
    sx * (a * x - b * y + tx),
    sy * (b * x + a * y + ty),
  ]
  return { image: source, from }
}

/** RGB at a place between pixels' middles, with the edges repeated, into `colour`. */
function sample({ width, height, data }: Image, x: number, y: number, colour: Float64Array): void {
  const [left, top] = [Math.floor(x), Math.floor(y)]
  const [across, down] = [weights(x - left), weights(y - top)]
  const plane = width * height
  colour.fill(0)
  for (let j = 0; j < 4; j++) {
    const row = clamp(top - 1 + j, height) * width
    for (let i = 0; i < 4; i++) {
      const weight = (across[i] as number) * (down[j] as number)
      const at = row + clamp(left - 1 + i, width)
      for (let channel = 0; channel < 3; channel++)
        colour[channel] = (colour[channel] as number) + weight * (data[channel * plane + at] as number)
    }
  }
  for (let channel = 0; channel < 3; channel++)
    colour[channel] = Math.min(1, Math.max(-1, colour[channel] as number))
}

const clamp = (index: number, length: number): number => Math.min(length - 1, Math.max(0, index))

/** Of the pixels at -1, 0, 1 and 2, for a place at 0 <= t < 1. */
function weights(t: number): [number, number, number, number] {
  return [far(t + 1), near(t), near(1 - t), far(2 - t)]
}

/** The cubic within 1 px, and from 1 to 2 px. */
const near = (d: number): number => ((SHARPNESS + 2) * d - (SHARPNESS + 3)) * d * d + 1
const far = (d: number): number => SHARPNESS * (((d - 5) * d + 8) * d - 4)
