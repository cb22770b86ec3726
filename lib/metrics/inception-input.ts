import type { Image } from '../data/image.js'
import { invalidArgument } from '../errors.js'
import { toBytes } from './grey.js'

/**
 * The two ways in which the field brings pictures to FID's network. Figures of one cannot be compared with the other's.
 * `pytorch-fid`: bilinear without antialiasing, scaled to [-1, 1] (mseitzer/pytorch-fid; clean-fid's "legacy_pytorch").
 * `clean-fid`: PIL's bicubic in floating point, channel by channel, cut off to [0, 255], then (value - 128) / 128
 * (Parmar et al., 2104.11222).
 */
export type InceptionResize = 'pytorch-fid' | 'clean-fid'

const SIDE = 299
/** Keys' cubic convolution, as PIL has it. */
const CUBIC = -0.5
const CUBIC_SUPPORT = 2

/** Which pixels of a line, from `first` on, make one pixel of the resized line. */
interface Taps {
  first: number
  weights: Float64Array
}

/**
 * A picture's 8-bit values resized to 299 x 299, in the range that FID's network takes: [3, 299, 299].
 * @throws INVALID_ARGUMENT for a picture without pixels, with others than its size says, or with NaN.
 */
export function inceptionInput(image: Image, resize: InceptionResize): Image {
  const { taps, toRange } = methodOf(resize)
  const { width, height } = image
  const wide = resizeAxis(toBytes(image), [3 * height, width, 1], taps(width))
  const data = resizeAxis(wide, [3, height, SIDE], taps(height)).map(toRange)
  return { width: SIDE, height: SIDE, data }
}

function methodOf(resize: InceptionResize) {
  switch (resize) {
    case 'pytorch-fid':
      return { taps: bilinearTaps, toRange: (value: number) => value / 127.5 - 1 }
    case 'clean-fid':
      return {
        taps: bicubicTaps,
        toRange: (value: number) => (Math.min(255, Math.max(0, value)) - 128) / 128,
      }
    default:
      throw invalidArgument('resize', 'pytorch-fid or clean-fid', resize)
  }
}

/** [outer, length, inner] to [outer, SIDE, inner]. */
function resizeAxis(
  data: Uint8ClampedArray | Float32Array,
  [outer, length, inner]: [number, number, number],
  taps: readonly Taps[],
): Float32Array {
  const resized = new Float32Array(outer * taps.length * inner)
  let to = 0
  for (let line = 0; line < outer; line++) {
    for (const { first, weights } of taps) {
      const start = (line * length + first) * inner
      for (let i = start; i < start + inner; i++) resized[to++] = weightedSum(data, i, inner, weights)
    }
  }
  return resized
}

function weightedSum(
  data: Uint8ClampedArray | Float32Array,
  first: number,
  step: number,
  weights: Float64Array,
): number {
  let sum = 0
  for (let tap = 0, i = first; tap < weights.length; tap++, i += step)
    sum += (weights[tap] as number) * (data[i] as number)
  return sum
}

function bilinearTaps(length: number): Taps[] {
  return Array.from({ length: SIDE }, (_, i) => {
    const position = Math.max(0, ((i + 0.5) * length) / SIDE - 0.5)
    const first = Math.floor(position)
    const share = position - first
    return { first, weights: Float64Array.from(first + 1 < length ? [1 - share, share] : [1]) }
  })
}

/** Spread over more pixels where the line becomes shorter. */
function bicubicTaps(length: number): Taps[] {
  const scale = length / SIDE
  const spread = Math.max(1, scale)
  const support = CUBIC_SUPPORT * spread
  return Array.from({ length: SIDE }, (_, i) => {
    const centre = (i + 0.5) * scale
    const first = Math.max(0, Math.floor(centre - support + 0.5))
    const end = Math.min(length, Math.floor(centre + support + 0.5))
    const weights = Float64Array.from({ length: end - first }, (_, tap) =>
      cubic((first + tap + 0.5 - centre) / spread),
    )
    const sum = weights.reduce((total, weight) => total + weight)
    return { first, weights: weights.map((weight) => weight / sum) }
  })
}

function cubic(at: number): number {
  const x = Math.abs(at)
  if (x < 1) return ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * CUBIC
  return 0
}
