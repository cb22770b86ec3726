/** Between the engine's tensors and those of safetensors files. */
import { invalidArgument } from '../errors.js'
import type { DType, TypedArray } from '../torch/dtype.js'
import { type Tensor, tensor } from '../torch/index.js'
import type { StoredTensor } from './safetensors.js'

const ARRAYS: Partial<Record<DType, new (buffer: ArrayBuffer) => TypedArray>> = {
  float32: Float32Array,
  float64: Float64Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
}

/** Reads a float32 tensor off the engine. */
export async function toStored(value: Tensor): Promise<StoredTensor> {
  const [shape, data] = await Promise.all([value.shape(), value.toArray()])
  return { dtype: 'float32', shape, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }
}

/** A tensor on the CPU. */
export function fromStored({ dtype, shape, data }: StoredTensor): Tensor {
  const TypedArray = ARRAYS[dtype]
  if (!TypedArray) throw invalidArgument('stored tensor', `one of ${Object.keys(ARRAYS).join(', ')}`, dtype)
  // A copy: the file's bytes need not be aligned.
  return tensor(new TypedArray(new Uint8Array(data).buffer), shape)
}
