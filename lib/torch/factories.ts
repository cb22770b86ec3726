import { invalidArgument } from '../errors.js'
import { dtypeCode, dtypeOf, type TensorOptions, type TypedArray } from './dtype.js'
import { adopt, aten, op } from './engine.js'
import { native } from './native.js'
import { Tensor } from './tensor.js'

/** [dtype, layout, device] as the operators that make tensors take them. */
function made({ dtype = 'float32', device = 'cpu' }: TensorOptions = {}): [number, null, string] {
  return [dtypeCode(dtype), null, device]
}

/**
 * A tensor over JavaScript's own memory. A typed array of the wanted dtype is not copied: do not write to it while the
 * tensor is in use. Plain numbers and other dtypes are converted.
 */
export function tensor(
  data: TypedArray | readonly number[],
  shape: readonly number[],
  options: TensorOptions = {},
): Tensor {
  const elements = shape.reduce((product, side) => product * side, 1)
  if (data.length !== elements)
    throw invalidArgument('data', `${elements} elements for the shape [${shape}]`, data.length)
  const array = Array.isArray(data) ? Float64Array.from(data as number[]) : (data as TypedArray)
  const wanted: TensorOptions = { dtype: Array.isArray(data) ? 'float32' : dtypeOf(array), ...options }
  const host = adopt(
    native().fromHost(array.buffer as ArrayBuffer, array.byteOffset, dtypeCode(dtypeOf(array)), [...shape]),
  )
  return wanted.dtype === dtypeOf(array) && (wanted.device ?? 'cpu') === 'cpu' ? host : moved(host, wanted)
}

/** Converted, and the original freed, so that nothing is left behind outside a scope. */
function moved(original: Tensor, options: TensorOptions): Tensor {
  const result = original.to(options)
  original.dispose()
  return result
}

/** A tensor full of 0. */
export function zeros(shape: readonly number[], options?: TensorOptions): Tensor {
  return aten('zeros', '', shape, ...made(options))
}

/** A tensor full of 1. */
export function ones(shape: readonly number[], options?: TensorOptions): Tensor {
  return aten('ones', '', shape, ...made(options))
}

/** A tensor full of `value`. */
export function full(shape: readonly number[], value: number, options?: TensorOptions): Tensor {
  return aten('full', '', shape, value, ...made(options))
}

/** Zeros of the shape, dtype and device of another. */
export function zerosLike(other: Tensor): Tensor {
  return aten('zeros_like', '', other)
}

/** 0, 1, ..., end - 1. */
export function arange(end: number, options?: TensorOptions): Tensor {
  return aten('arange', '', end, ...made(options))
}

/** `steps` numbers at even distances, from `start` to `end`, both included. */
export function linspace(start: number, end: number, steps: number, options?: TensorOptions): Tensor {
  return aten('linspace', '', start, end, steps, ...made(options))
}

/** The identity matrix, [size, size]. */
export function eye(size: number, options?: TensorOptions): Tensor {
  return aten('eye', '', size, ...made(options))
}

/** Which random numbers: the same three give the same numbers on any device, in any batch. */
export interface RandomKey extends TensorOptions {
  /** A whole number. */
  seed: number
  /** One stream for the whole tensor, or a tensor of one stream for each row (int64, on the CPU). */
  item?: number | Tensor
  /** Which draw from the stream (a tensor: int64 scalar on the CPU, so that a recorded step can count it up). */
  draw?: number | Tensor
}

/** Standard normals by Philox4x32-10 and Box-Muller: a pure function of (seed, item, draw, index). */
export function normal(shape: readonly number[], key: RandomKey): Tensor {
  return random('normal', shape, key)
}

/** Uniform on (0, 1) by Philox4x32-10: a pure function of (seed, item, draw, index). */
export function uniform(shape: readonly number[], key: RandomKey): Tensor {
  return random('uniform', shape, key)
}

function random(kind: 'normal' | 'uniform', shape: readonly number[], key: RandomKey): Tensor {
  const { seed, item = 0, draw = 0, dtype = 'float32', device = 'cpu' } = key
  if (!Number.isSafeInteger(seed)) throw invalidArgument('seed', 'a whole number', seed)
  const counters = [counter(item), counter(draw)]
  const drawn = op(`silverpoint::${kind}`, '', [shape, seed, ...counters])[0] as Tensor
  for (const made of counters) if (made !== item && made !== draw) made.dispose()
  return dtype === 'float32' && device === 'cpu' ? drawn : moved(drawn, { dtype, device })
}

function counter(value: number | Tensor): Tensor {
  return value instanceof Tensor ? value : tensor(BigInt64Array.of(BigInt(value)), [1])
}
