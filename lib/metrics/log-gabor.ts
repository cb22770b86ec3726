/** The log-Gabor filter bank of FSIM's phase congruency (Kovesi's, with the constants of FeatureSIM.m). */

const ORIENTATIONS = 4
export const SCALES = 4
/** Wavelength of the finest scale in pixels; each further scale doubles it. */
const SHORTEST = 6
/** Bandwidth: standard deviation of a filter's Gaussian, on a logarithmic axis, over its centre frequency. */
const SIGMA_ON_F = 0.55
/** Standard deviation of a filter's spread over directions. */
const SIGMA_THETA = Math.PI / ORIENTATIONS / 1.2
/** Butterworth low pass that keeps the corners of the frequency plane out. */
const CUTOFF = 0.45
const ORDER = 15

/** Every filter is a radial times an angular part: a log-Gaussian of the frequency's length, a Gaussian of its direction. */
export interface FilterBank {
  /** One a scale, [height, width], zero frequency first. */
  radial: readonly Float64Array[]
  /** One an orientation, [height, width]. */
  angular: readonly Float64Array[]
  /** One an orientation: expected noise energy, squared, for a median squared response of 1 at the finest scale. */
  noise: readonly number[]
}

/** Most sizes whose filters are kept. */
const KEPT = 4
const banks = new Map<string, FilterBank>()

export function filterBank(width: number, height: number): FilterBank {
  const size = `${width} x ${height}`
  const known = banks.get(size)
  if (known) return known
  const bank = makeBank(width, height)
  const [oldest] = banks.keys()
  if (banks.size === KEPT) banks.delete(oldest as string)
  banks.set(size, bank)
  return bank
}

function makeBank(width: number, height: number): FilterBank {
  const across = frequencies(width)
  const down = frequencies(height)
  const plane = (value: (x: number, y: number) => number) =>
    Float64Array.from({ length: width * height }, (_, i) =>
      value(across[i % width] as number, down[Math.floor(i / width)] as number),
    )
  const radial = Array.from({ length: SCALES }, (_, scale) => plane((x, y) => radialPart(x, y, scale)))
  const angular = Array.from({ length: ORIENTATIONS }, (_, index) =>
    plane((x, y) => angularPart(x, y, index)),
  )
  return { radial, angular, noise: angular.map((part) => noiseOf(radial, part, width, height)) }
}

/** In cycles a pixel, zero first and then as an FFT orders them; an odd side spans the full [-0.5, 0.5], as FeatureSIM.m's does. */
function frequencies(side: number): Float64Array {
  const span = side % 2 ? side - 1 : side
  return Float64Array.from({ length: side }, (_, i) => (i < side / 2 ? i : i - side) / span)
}

function radialPart(x: number, y: number, scale: number): number {
  const centre = 1 / (SHORTEST * 2 ** scale)
  const radius = Math.hypot(x, y)
  const lowPass = 1 / (1 + (radius / CUTOFF) ** (2 * ORDER))
  return lowPass * Math.exp(-(Math.log(radius / centre) ** 2) / (2 * Math.log(SIGMA_ON_F) ** 2))
}

/** From the downward axis, as piq has it: the same four directions as from the axis to the right. */
function angularPart(x: number, y: number, orientation: number): number {
  const theta = Math.atan2(-x, y) - (orientation * Math.PI) / ORIENTATIONS
  const turn = Math.atan2(Math.sin(theta), Math.cos(theta))
  return Math.exp(-(turn ** 2) / (2 * SIGMA_THETA ** 2))
}

/**
 * Noise of power 1 has the energy sum(g^2) in the even response of an orientation's filters together, g being the real part
 * of their impulse response; by Parseval's theorem that is a sum over what of the filters is symmetric about zero
 * frequency. The noise's power is the median squared response at the finest scale, over ln 2 as of a Rayleigh
 * distribution, over that filter's energy.
 */
function noiseOf(
  radial: readonly Float64Array[],
  angular: Float64Array,
  width: number,
  height: number,
): number {
  const finest = radial[0] as Float64Array
  let energy = 0
  let finestEnergy = 0
  for (let i = 0; i < angular.length; i++) {
    const row = Math.floor(i / width)
    const opposite = ((height - row) % height) * width + ((width - (i - row * width)) % width)
    const together = (at: number) =>
      radial.reduce((sum, part) => sum + (part[at] as number), 0) * (angular[at] as number)
    energy += ((together(i) + together(opposite)) / 2) ** 2
    finestEnergy += ((finest[i] as number) * (angular[i] as number)) ** 2
  }
  return energy / finestEnergy / Math.LN2
}
