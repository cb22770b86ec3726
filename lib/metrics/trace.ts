import { op, type Tensor } from '../torch/index.js'

/** Sum of a square matrix's diagonal. */
export function trace(matrix: Tensor): Tensor {
  return op('aten::trace', '', [matrix])[0] as Tensor
}
