import { invalidArgument } from '../errors.js'

/** What an element is. */
export type DType = 'float32' | 'float16' | 'bfloat16' | 'float64' | 'int64' | 'uint8' | 'bool'
/** Where a tensor lies and is computed with; `cuda` is the first GPU. */
export type Device = 'cpu' | 'cuda' | `cuda:${number}`

/** Where and as what a new tensor is made: float32 on the CPU unless said otherwise. */
export interface TensorOptions {
  /** What its elements are. Default float32. */
  dtype?: DType
  /** Where it is made. Default the CPU. */
  device?: Device
}

/** JavaScript's arrays that a tensor is made from and read into. */
export type TypedArray = Float32Array | Float64Array | BigInt64Array | Uint8Array

/** c10::ScalarType of each dtype. */
const CODES: Record<DType, number> = {
  uint8: 0,
  int64: 4,
  float16: 5,
  float32: 6,
  float64: 7,
  bool: 11,
  bfloat16: 15,
}

export function dtypeCode(dtype: DType): number {
  const code = CODES[dtype]
  if (code === undefined) throw invalidArgument('dtype', `one of ${Object.keys(CODES).join(', ')}`, dtype)
  return code
}

/** The dtype that a typed array's own memory already is. */
export function dtypeOf(data: TypedArray): DType {
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Float64Array) return 'float64'
  if (data instanceof BigInt64Array) return 'int64'
  return 'uint8'
}

/** A typed array over host memory. float16 and bfloat16 never arrive here: the engine hands them out as float32. */
export function typedArrayOf(code: number, buffer: ArrayBuffer): TypedArray {
  switch (code) {
    case CODES.float32:
      return new Float32Array(buffer)
    case CODES.float64:
      return new Float64Array(buffer)
    case CODES.int64:
      return new BigInt64Array(buffer)
    case CODES.uint8:
    case CODES.bool:
      return new Uint8Array(buffer)
    default:
      throw invalidArgument(
        'host tensor',
        'a dtype that JavaScript can hold',
        `c10::ScalarType ${code}`,
        'Convert it first.',
      )
  }
}
