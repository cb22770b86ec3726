import { aten, type OpArgument, op } from './engine.js'
import type { Tensor } from './tensor.js'

export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  return aten('cat', '', tensors, dim)
}

export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  return aten('stack', '', tensors, dim)
}

export function where(condition: Tensor, yes: Tensor, no: Tensor): Tensor {
  return aten('where', 'self', condition, yes, no)
}

/** Mean of the squared differences. */
export function mse(a: Tensor, b: Tensor): Tensor {
  return aten('mse_loss', '', a, b)
}

export function cosineSimilarity(a: Tensor, b: Tensor, dim = -1): Tensor {
  return aten('cosine_similarity', '', a, b, dim)
}

/** Ascending eigenvalues and, as columns, eigenvectors of a symmetric matrix. */
export function eigh(matrix: Tensor): { values: Tensor; vectors: Tensor } {
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

export function sort(input: Tensor, dim = -1, descending = false): { values: Tensor; indices: Tensor } {
  const [values, indices] = several('aten::sort', [input, dim, descending]) as [Tensor, Tensor]
  return { values, indices }
}

function several(name: string, args: OpArgument[]): Tensor[] {
  return op(name, '', args, 2)
}
