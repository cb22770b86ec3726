/** The comparison of local statistics that SSIM and MS-SSIM share (Wang et al., IEEE TIP 13(4), 2004), in double precision. */

/** Grey values, [height, width], from 0 to 255. */
export interface Plane {
  width: number
  height: number
  data: Float64Array
}

export interface Similarity {
  /** Mean of luminance, contrast and structure together: SSIM. */
  structural: number
  /** Mean of contrast and structure without luminance. */
  contrast: number
}

export const RADIUS = 5
/** Side of the Gaussian window. */
export const WINDOW = 2 * RADIUS + 1
const SIGMA = 1.5
const C1 = (0.01 * 255) ** 2
const C2 = (0.03 * 255) ** 2

/** From the window's centre to its edge. */
const WEIGHTS = gaussian()

type Weights = [number, number, number, number, number, number]

function gaussian(): Weights {
  const weights = Array.from({ length: RADIUS + 1 }, (_, i) => Math.exp(-0.5 * (i / SIGMA) ** 2))
  const sum = weights.reduce((total, weight, i) => total + (i === 0 ? weight : 2 * weight), 0)
  return weights.map((weight) => weight / sum) as Weights
}

/** Over all windows that lie wholly inside the two planes, which are of one size. */
export function compareStructure(a: Plane, b: Plane): Similarity {
  const [meansA, meansB, squares, products] = localMeans(a, b)
  let structural = 0
  let contrast = 0
  for (let i = 0; i < meansA.length; i++) {
    const meanA = meansA[i] as number
    const meanB = meansB[i] as number
    const meanSquares = meanA * meanA + meanB * meanB
    const covariance = (products[i] as number) - meanA * meanB
    const term = (2 * covariance + C2) / ((squares[i] as number) - meanSquares + C2)
    contrast += term
    structural += (term * (2 * meanA * meanB + C1)) / (meanSquares + C1)
  }
  return { structural: structural / meansA.length, contrast: contrast / meansA.length }
}

/** Of a, b, a^2 + b^2 and ab: [height - 10, width - 10] each. */
function localMeans(a: Plane, b: Plane): [Float64Array, Float64Array, Float64Array, Float64Array] {
  const squares = new Float64Array(a.data.length)
  const products = new Float64Array(a.data.length)
  for (let i = 0; i < squares.length; i++) {
    const valueA = a.data[i] as number
    const valueB = b.data[i] as number
    squares[i] = valueA * valueA + valueB * valueB
    products[i] = valueA * valueB
  }
  const filter = (data: Float64Array) => filterPlane({ ...a, data })
  return [filter(a.data), filter(b.data), filter(squares), filter(products)]
}

function filterPlane({ width, height, data }: Plane): Float64Array {
  const inside = width - WINDOW + 1
  const rows = new Float64Array(inside * height)
  for (let y = 0; y < height; y++)
    filterRun(data, y * width + RADIUS, 1, rows.subarray(y * inside, (y + 1) * inside))
  const filtered = new Float64Array(inside * (height - WINDOW + 1))
  filterRun(rows, RADIUS * inside, inside, filtered)
  return filtered
}

/** Weighted sums over the window's length in steps of `step`, for consecutive centres from `first` on. */
function filterRun(data: Float64Array, first: number, step: number, filtered: Float64Array): void {
  const [w0, w1, w2, w3, w4, w5] = WEIGHTS
  for (let to = 0, i = first; to < filtered.length; to++, i++) {
    filtered[to] =
      w0 * (data[i] as number) +
      w1 * ((data[i - step] as number) + (data[i + step] as number)) +
      w2 * ((data[i - 2 * step] as number) + (data[i + 2 * step] as number)) +
      w3 * ((data[i - 3 * step] as number) + (data[i + 3 * step] as number)) +
      w4 * ((data[i - 4 * step] as number) + (data[i + 4 * step] as number)) +
      w5 * ((data[i - 5 * step] as number) + (data[i + 5 * step] as number))
  }
}
