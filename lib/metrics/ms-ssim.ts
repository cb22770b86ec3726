import { type GreyImage, requireComparable } from './grey.js'
import { compareStructure, type Plane, RADIUS, WINDOW } from './structure.js'

/** Exponents of the scales, finest first. */
const BETAS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]
/** The window has to fit into the coarsest scale. */
export const SMALLEST_SIDE = WINDOW * 2 ** (BETAS.length - 1)

/**
 * Multi-scale structural similarity of 8-bit grey pictures with sides of 176 at least (Wang, Simoncelli and Bovik,
 * Asilomar 2003): five scales, each half the one before; contrast and structure at every scale, luminance at the
 * coarsest, whose border is mirrored; negative means count as 0. From 0 to 1, 1 for equal pictures. Equal to
 * torchmetrics' multiscale_structural_similarity_index_measure with data_range 255 and its defaults.
 * @throws INVALID_ARGUMENT for pictures of two sizes, or with sides below 176 px.
 */
export function msSsim(prediction: GreyImage, truth: GreyImage): number {
  requireComparable(prediction, truth, SMALLEST_SIDE)
  let [a, b] = [prediction, truth].map(toPlane) as [Plane, Plane]
  let product = 1
  for (const [scale, beta] of BETAS.entries()) {
    const coarsest = scale === BETAS.length - 1
    const mean = coarsest
      ? compareStructure(mirror(a), mirror(b)).structural
      : compareStructure(a, b).contrast
    product *= Math.max(0, mean) ** beta
    ;[a, b] = [halve(a), halve(b)]
  }
  return product
}

function toPlane({ width, height, data }: GreyImage): Plane {
  return { width, height, data: new Float64Array(data) }
}

/** Means of 2 x 2 pixels; an odd last row or column is left out. */
function halve({ width, height, data }: Plane): Plane {
  const half: Plane = {
    width: width >> 1,
    height: height >> 1,
    data: new Float64Array((width >> 1) * (height >> 1)),
  }
  for (let y = 0, to = 0; y < half.height; y++) {
    for (let x = 0; x < half.width; x++, to++) {
      const i = 2 * y * width + 2 * x
      const below = i + width
      half.data[to] =
        ((data[i] as number) +
          (data[i + 1] as number) +
          (data[below] as number) +
          (data[below + 1] as number)) /
        4
    }
  }
  return half
}

/** With a border of the window's radius that mirrors the inside, the edge not repeated. */
function mirror({ width, height, data }: Plane): Plane {
  const wide = width + 2 * RADIUS
  const high = height + 2 * RADIUS
  const mirrored = new Float64Array(wide * high)
  for (let y = 0, to = 0; y < high; y++) {
    for (let x = 0; x < wide; x++, to++)
      mirrored[to] = data[reflect(y - RADIUS, height) * width + reflect(x - RADIUS, width)] as number
  }
  return { width: wide, height: high, data: mirrored }
}

function reflect(index: number, length: number): number {
  const positive = Math.abs(index)
  return positive < length ? positive : 2 * (length - 1) - positive
}
