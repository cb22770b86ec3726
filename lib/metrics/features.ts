/** The input of the metrics that compare features. */
import { invalidArgument } from '../errors.js'
import { type Tensor, tensor } from '../torch/index.js'

/** What a network says of pictures, on the host. */
export interface Features {
  /** Pictures. */
  count: number
  /** Numbers a picture. */
  width: number
  /** One row a picture: [count, width]. */
  data: Float32Array | Float64Array
}

export function requireFeatures(what: string, { count, width, data }: Features): void {
  if (count * width === 0) throw invalidArgument(what, 'at least one row of features', `${count} x ${width}`)
  if (data.length !== count * width)
    throw invalidArgument(`${what} data`, `${count * width} numbers (${count} x ${width})`, data.length)
  const odd = data.findIndex((value) => !Number.isFinite(value))
  if (odd < 0) return
  throw invalidArgument(what, 'finite numbers', data[odd], `See row ${Math.floor(odd / width)}.`)
}

/** For metrics that compare sets. */
export function requireSameWidth(prediction: Features, truth: Features): void {
  requireFeatures('prediction', prediction)
  requireFeatures('truth', truth)
  if (prediction.width === truth.width) return
  throw invalidArgument(
    'prediction',
    `the truth's ${truth.width} features a picture`,
    prediction.width,
    'Take both from one network.',
  )
}

/** For metrics that compare row by row. */
export function requireMatched(prediction: Features, truth: Features): void {
  requireSameWidth(prediction, truth)
  if (prediction.count === truth.count) return
  throw invalidArgument('prediction', `the truth's ${truth.count} rows`, prediction.count)
}

/** Features of one network as one set, in order. */
export function joinFeatures(features: readonly Features[]): Features {
  const { width } = features[0] as Features
  const count = features.reduce((sum, set) => sum + set.count, 0)
  const data = new Float64Array(count * width)
  let row = 0
  for (const set of features) {
    data.set(set.data, row * width)
    row += set.count
  }
  return { count, width, data }
}

/** [count, width], float64, on the CPU. */
export function toTensor({ count, width, data }: Features): Tensor {
  return tensor(data, [count, width]).to({ dtype: 'float64' })
}

/** Cosine of the angle between a row of one and a row of another; a row of zeros is similar to nothing: 0. */
export function cosine(a: Features, rowA: number, b: Features, rowB: number): number {
  let product = 0
  let squareA = 0
  let squareB = 0
  for (let i = 0; i < a.width; i++) {
    const valueA = a.data[rowA * a.width + i] as number
    const valueB = b.data[rowB * b.width + i] as number
    product += valueA * valueB
    squareA += valueA * valueA
    squareB += valueB * valueB
  }
  return squareA * squareB === 0 ? 0 : product / Math.sqrt(squareA * squareB)
}
