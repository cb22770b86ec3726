import { aten, type OpArgument, op } from './engine.js'
import type { Tensor } from './tensor.js'

/** Tensors one after the other along a dimension that they have. */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  return aten('cat', '', tensors, dim)
}

/** Tensors of one shape along a new dimension. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  return aten('stack', '', tensors, dim)
}

/** `yes` where the condition is true, else `no`. */
export function where(condition: Tensor, yes: Tensor, no: Tensor): Tensor {
  return aten('where', 'self', condition, yes, no)
}

/** Mean of the squared differences. */
export function mse(a: Tensor, b: Tensor): Tensor {
  return aten('mse_loss', '', a, b)
}

/** Cosine of the angle between `a` and `b` along `dim`, which it takes away. */
export function cosineSimilarity(a: Tensor, b: Tensor, dim = -1): Tensor {
  return aten('cosine_similarity', '', a, b, dim)
}

/** Of a symmetric matrix [n, n]. */
export interface Eigen {
  /** [n], ascending. */
  values: Tensor
  /** [n, n], a column for each value. */
  vectors: Tensor
}

/** Ascending eigenvalues and, as columns, eigenvectors of a symmetric matrix. */
export function eigh(matrix: Tensor): Eigen {
  const [values, vectors] = several('aten::linalg_eigh', [matrix]) as [Tensor, Tensor]
  return { values, vectors }
}

/** Discrete Fourier transform over the last two dimensions, as [..., 2] of real and imaginary parts. */
export function fft2(input: Tensor): Tensor {
  return aten('view_as_real', '', aten('fft_fft2', '', input))
}

/** Inverse of fft2, from [..., 2], of which the real part is returned. */
export function ifft2(input: Tensor): Tensor {
  return aten('real', '', aten('fft_ifft2', '', aten('view_as_complex', '', input))).contiguous()
}

/** Of the shape that was sorted. */
export interface Sorted {
  /** In order along the dimension. */
  values: Tensor
  /** Where each was before, int64. */
  indices: Tensor
}

/** Sorted along `dim`, with the places the values had. */
export function sort(input: Tensor, dim = -1, descending = false): Sorted {
  const [values, indices] = several('aten::sort', [input, dim, descending]) as [Tensor, Tensor]
  return { values, indices }
}

function several(name: string, args: OpArgument[]): Tensor[] {
  return op(name, '', args, 2)
}
