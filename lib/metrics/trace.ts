import { aten } from '../torch/engine.js'
import type { Tensor } from '../torch/index.js'

/** Sum of a square matrix's diagonal. */
export function trace(matrix: Tensor): Tensor {
  return aten('trace', '', matrix)
}
