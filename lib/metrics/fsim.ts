import { type GreyImage, requireComparable } from './grey.js'
import { phaseCongruency } from './phase-congruency.js'
import type { Plane } from './structure.js'

/** Larger pictures are averaged down to about this side. */
const SIDE = 256
const PHASE_CONSTANT = 0.85
const GRADIENT_CONSTANT = 160

/**
 * Feature similarity of 8-bit grey pictures (Zhang et al., IEEE TIP 20(8), 2011), without colour: phase congruency and
 * Scharr gradient magnitude compared pixel by pixel and weighted by the stronger phase congruency, after averaging
 * down whole blocks where the shorter side is 384 or more. Above 0, at most 1; 1 for equal pictures, and for two of one grey
 * each. Equal to piq's fsim(chromatic=False) of the grey pictures, but for a picture of one grey, where piq compares rounding
 * errors. The transforms are in single precision (see filter-responses.ts), all else in double.
 * @throws INVALID_ARGUMENT for pictures of two sizes.
 */
export async function fsim(prediction: GreyImage, truth: GreyImage): Promise<number> {
  requireComparable(prediction, truth)
  const [a, b] = [averageDown(prediction), averageDown(truth)]
  const [phaseA, phaseB] = await Promise.all([phaseCongruency(a), phaseCongruency(b)])
  return compare(
    { phase: phaseA, gradient: gradientMagnitude(a) },
    { phase: phaseB, gradient: gradientMagnitude(b) },
  )
}

interface FeatureMaps {
  phase: Float64Array
  gradient: Float64Array
}

function compare(a: FeatureMaps, b: FeatureMaps): number {
  let sum = 0
  let weights = 0
  for (let i = 0; i < a.phase.length; i++) {
    const phaseA = a.phase[i] as number
    const phaseB = b.phase[i] as number
    const weight = Math.max(phaseA, phaseB)
    const gradients = similarity(a.gradient[i] as number, b.gradient[i] as number, GRADIENT_CONSTANT)
    sum += weight * gradients * similarity(phaseA, phaseB, PHASE_CONSTANT)
    weights += weight
  }
  return weights === 0 ? 1 : sum / weights
}

function similarity(a: number, b: number, constant: number): number {
  return (2 * a * b + constant) / (a * a + b * b + constant)
}

/** Means of blocks; what does not fill a block at the right and at the bottom is left out. */
function averageDown({ width, height, data }: GreyImage): Plane {
  const block = Math.max(1, roundHalfToEven(Math.min(width, height) / SIDE))
  if (block === 1) return { width, height, data: new Float64Array(data) }
  const plane = { width: Math.floor(width / block), height: Math.floor(height / block) }
  const means = new Float64Array(plane.width * plane.height)
  for (let y = 0; y < plane.height * block; y++) {
    for (let x = 0; x < plane.width * block; x++) {
      const to = Math.floor(y / block) * plane.width + Math.floor(x / block)
      means[to] = (means[to] as number) + (data[y * width + x] as number) / block ** 2
    }
  }
  return { ...plane, data: means }
}

/** As Python rounds. */
function roundHalfToEven(value: number): number {
  const rounded = Math.round(value)
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded
}

/** Length of the Scharr gradient; outside the picture is black. */
function gradientMagnitude({ width, height, data }: Plane): Float64Array {
  const wide = width + 2
  const padded = new Float64Array(wide * (height + 2))
  for (let y = 0; y < height; y++) padded.set(data.subarray(y * width, (y + 1) * width), (y + 1) * wide + 1)
  const magnitude = new Float64Array(data.length)
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to++) {
      const above = y * wide + x + 1
      const here = above + wide
      const below = here + wide
      const northWest = padded[above - 1] as number
      const northEast = padded[above + 1] as number
      const southWest = padded[below - 1] as number
      const southEast = padded[below + 1] as number
      const across = 3 * (northEast - northWest + southEast - southWest)
      const down = 3 * (southWest - northWest + southEast - northEast)
      const east = across + 10 * ((padded[here + 1] as number) - (padded[here - 1] as number))
      const south = down + 10 * ((padded[below] as number) - (padded[above] as number))
      magnitude[to] = Math.sqrt(east * east + south * south) / 16
    }
  }
  return magnitude
}
