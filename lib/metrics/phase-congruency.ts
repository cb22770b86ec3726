/** Phase congruency: how far the waves at a pixel agree, whatever their contrast (Kovesi, Videre 1(3), 1999). */
import { FilterResponses } from './filter-responses.js'
import { type FilterBank, filterBank } from './log-gabor.js'
import { lowerMedian } from './median.js'
import type { Plane } from './structure.js'

/** Standard deviations above its mean that noise is taken to reach. */
const NOISE_DEVIATIONS = 2
/** By how much Kovesi found the noise of this measure overestimated. */
const OVERESTIMATED = 1.7
/** Noise threshold over the noise's Rayleigh parameter. */
const THRESHOLD = (Math.sqrt(Math.PI / 2) + NOISE_DEVIATIONS * Math.sqrt(2 - Math.PI / 2)) / OVERESTIMATED

/** What one picture at a time is measured in. Fresh memory for every picture would cost more than the arithmetic. */
class Workspace {
  readonly responses: FilterResponses
  /** All [height, width]. Over all orientations: */
  readonly energies: Float64Array
  readonly amplitudes: Float64Array
  /** Of one orientation: */
  readonly energy: Float64Array
  readonly finestSquares: Float64Array

  constructor(width: number, height: number, bank: FilterBank) {
    this.responses = new FilterResponses(width, height, bank)
    const plane = () => new Float64Array(width * height)
    ;[this.energies, this.amplitudes] = [plane(), plane()]
    ;[this.energy, this.finestSquares] = [plane(), plane()]
  }
}

/** Those that no one is using. */
const spare = new WeakMap<FilterBank, Workspace[]>()

/** [height, width], from 0 to 1; 0 all over in a picture of one grey. */
export async function phaseCongruency({ width, height, data }: Plane): Promise<Float64Array> {
  const bank = filterBank(width, height)
  const unused = spare.get(bank) ?? []
  spare.set(bank, unused)
  const workspace = unused.pop() ?? new Workspace(width, height, bank)
  const { responses, energies, amplitudes } = workspace
  energies.fill(0)
  amplitudes.fill(0)
  centre(data, responses.pixels)
  await responses.respond((waves, orientation) => {
    addAmplitudes(waves, workspace)
    const noise = (bank.noise[orientation] as number) * lowerMedian(workspace.finestSquares)
    addAbove(THRESHOLD * Math.sqrt(noise), workspace)
  })
  unused.push(workspace)
  return ratio(energies, amplitudes)
}

function ratio(energies: Float64Array, amplitudes: Float64Array): Float64Array {
  const phase = new Float64Array(energies.length)
  for (let i = 0; i < phase.length; i++)
    phase[i] = (energies[i] as number) / ((amplitudes[i] as number) + Number.EPSILON)
  return phase
}

/** No filter passes the mean, but rounding would bring some of it back into flat parts. */
function centre(data: Float64Array, centred: Float32Array): void {
  let sum = 0
  for (let i = 0; i < data.length; i++) sum += data[i] as number
  const mean = sum / data.length
  for (let i = 0; i < data.length; i++) centred[i] = (data[i] as number) - mean
}

/**
 * Adds the amplitudes |e + io| of one orientation's responses, and notes what of them is in phase: (eE + oO - |eO - oE|) / L
 * where E + iO is their sum and L its length. Written out scale by scale and in one pass: most of FSIM's time on this
 * thread goes here.
 */
function addAmplitudes(waves: Float32Array, { amplitudes, energy, finestSquares }: Workspace): void {
  const plane = 2 * amplitudes.length
  for (let pixel = 0, i = 0; pixel < amplitudes.length; pixel++, i += 2) {
    const e0 = waves[i] as number
    const o0 = waves[i + 1] as number
    const e1 = waves[i + plane] as number
    const o1 = waves[i + plane + 1] as number
    const e2 = waves[i + 2 * plane] as number
    const o2 = waves[i + 2 * plane + 1] as number
    const e3 = waves[i + 3 * plane] as number
    const o3 = waves[i + 3 * plane + 1] as number
    const even = e0 + e1 + e2 + e3
    const odd = o0 + o1 + o2 + o3
    const square = even * even + odd * odd
    const across =
      Math.abs(e0 * odd - o0 * even) +
      Math.abs(e1 * odd - o1 * even) +
      Math.abs(e2 * odd - o2 * even) +
      Math.abs(e3 * odd - o3 * even)
    const finest = e0 * e0 + o0 * o0
    finestSquares[pixel] = finest
    energy[pixel] = (square - across) / (Math.sqrt(square) + Number.EPSILON)
    amplitudes[pixel] =
      (amplitudes[pixel] as number) +
      Math.sqrt(finest) +
      Math.sqrt(e1 * e1 + o1 * o1) +
      Math.sqrt(e2 * e2 + o2 * o2) +
      Math.sqrt(e3 * e3 + o3 * o3)
  }
}

/** Adds what of an orientation's energy is above its noise. */
function addAbove(threshold: number, { energies, energy }: Workspace): void {
  for (let i = 0; i < energies.length; i++)
    energies[i] = (energies[i] as number) + Math.max(0, (energy[i] as number) - threshold)
}
