import { invalidArgument } from '../errors.js'
import type { GreyImage } from './grey.js'

/** How strong and how many the strokes of pictures are, wherever they are. */
export interface StrokeStatistics {
  /** Mean gradient magnitude, in grey (0 black, 1 white) a pixel. */
  mean: number
  /** Share of the pixels in each of 32 bins of gradient magnitude; sums to 1. */
  histogram: Float64Array
}

const BINS = 32
/** Above every gradient magnitude: both components are at most 1/2. */
const STRONGEST = Math.SQRT1_2

/** Bounds of the bins grow with the square, because most gradients of a drawing are faint. */
const bound = (bin: number) => STRONGEST * (bin / BINS) ** 2
const CENTRES = Float64Array.from({ length: BINS }, (_, bin) => (bound(bin) + bound(bin + 1)) / 2)

/**
 * Of one picture or a set, each picture of a set counting the same: magnitude of the Sobel gradient (divided by 8) of
 * grey in [0, 1], at every pixel but those of the border, and its histogram over [0, 0.707]. The measure is silverpoint's
 * own.
 * @throws INVALID_ARGUMENT for no pictures, and for sides below 3 px.
 */
export function strokeStatistics(pictures: readonly GreyImage[]): StrokeStatistics {
  if (pictures.length === 0) throw invalidArgument('pictures', 'at least one picture', pictures)
  const statistics = { mean: 0, histogram: new Float64Array(BINS) }
  for (const picture of pictures) addPicture(statistics, picture, 1 / pictures.length)
  return statistics
}

/** Of a set whose pictures' statistics are known, each counting the same. */
export function meanStrokes(pictures: readonly StrokeStatistics[]): StrokeStatistics {
  const statistics = { mean: 0, histogram: new Float64Array(BINS) }
  for (const { mean, histogram } of pictures) {
    statistics.mean += mean / pictures.length
    for (const [bin, share] of histogram.entries())
      statistics.histogram[bin] = (statistics.histogram[bin] as number) + share / pictures.length
  }
  return statistics
}

/**
 * First Wasserstein distance of two histograms, their mass at the bins' centres: how far, in grey a pixel, gradients
 * would have to be changed on average. From 0 for equal histograms to 0.7.
 */
export function strokeDistance(a: StrokeStatistics, b: StrokeStatistics): number {
  let distance = 0
  let difference = 0
  for (let bin = 0; bin + 1 < BINS; bin++) {
    difference += (a.histogram[bin] as number) - (b.histogram[bin] as number)
    distance += Math.abs(difference) * ((CENTRES[bin + 1] as number) - (CENTRES[bin] as number))
  }
  return distance
}

function addPicture(statistics: StrokeStatistics, { width, height, data }: GreyImage, weight: number): void {
  if (Math.min(width, height) < 3)
    throw invalidArgument('picture', 'sides of at least 3 pixels', `${width} x ${height}`)
  const share = weight / ((width - 2) * (height - 2))
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const magnitude = gradient(data, y * width + x, width)
      const bin = Math.min(BINS - 1, Math.floor(BINS * Math.sqrt(magnitude / STRONGEST)))
      statistics.mean += share * magnitude
      statistics.histogram[bin] = (statistics.histogram[bin] as number) + share
    }
  }
}

function gradient(data: Uint8Array, index: number, width: number): number {
  const at = (down: number, across: number) => data[index + down * width + across] as number
  const southEast = at(1, 1) - at(-1, -1)
  const northEast = at(-1, 1) - at(1, -1)
  const across = southEast + northEast + 2 * (at(0, 1) - at(0, -1))
  const down = southEast - northEast + 2 * (at(1, 0) - at(-1, 0))
  return Math.hypot(across, down) / (8 * 255)
}
