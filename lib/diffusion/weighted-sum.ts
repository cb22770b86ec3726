import type { Tensor } from '../torch/index.js'

/** The sum of tensors times numbers. A term of weight 0 is left out: its tensor is not touched. */
export function weightedSum(terms: readonly (readonly [Tensor, number])[]): Tensor {
  return terms
    .filter(([, weight]) => weight !== 0)
    .map(([term, weight]) => term.mul(weight))
    .reduce((sum, term) => sum.add(term))
}
