import { SilverpointError } from '../errors.js'
import { type HostTensor, Read, type TensorHandle } from './addon-types.js'
import { answered, nextCall } from './call-sites.js'
import { type Device, type DType, dtypeCode, type TypedArray, typedArrayOf } from './dtype.js'
import { aten, noGrad, op, refuseWhileRecording } from './engine.js'
import { native } from './native.js'

/** A tensor, or a number where PyTorch too takes either. */
export type Operand = Tensor | number

const overload = (other: Operand) => (typeof other === 'number' ? 'Scalar' : 'Tensor')

/**
 * A handle to a tensor that the compute thread has made or will make. Every method queues its operation and returns at
 * once; only `item`, `toArray`, `share`, `shape` and `ready` wait, by promise. Methods mean what they mean in PyTorch.
 *
 * Freed by `dispose()`, `using`, the enclosing `scope()`, or, late, by garbage collection. Disposing of a tensor that
 * queued operations still need is safe.
 */
export class Tensor {
  #handle: TensorHandle | undefined

  /** @internal */
  constructor(handle: TensorHandle) {
    this.#handle = handle
  }

  /** @internal */
  get handle(): TensorHandle {
    if (this.#handle) return this.#handle
    throw new SilverpointError(
      'TENSOR_DISPOSED',
      'Expected a live tensor but received a disposed one. Return it from scope(), or dispose of it later.',
    )
  }

  /** Frees it, whatever is still queued with it. A second call does nothing. */
  dispose(): void {
    if (this.#handle) native().dispose(this.#handle)
    this.#handle = undefined
  }

  /** For `using`: as dispose(). */
  [Symbol.dispose](): void {
    this.dispose()
  }

  // Reading on the host ------------------------------------------------------------------------------------------

  /** Waits until the tensor is there. Rejects with the first cause if an operation it came from failed. */
  async ready(): Promise<void> {
    await this.#read(Read.ready)
  }

  /** The sides, outermost first; `[]` of a scalar. */
  async shape(): Promise<number[]> {
    return (await this.#read(Read.shape)).shape
  }

  /** The value of a tensor of one element. */
  async item(): Promise<number> {
    const data = await this.toArray()
    if (data.length !== 1) {
      throw new SilverpointError(
        'INVALID_ARGUMENT',
        `Expected one element for item() but received ${data.length}. Use toArray().`,
      )
    }
    return Number(data[0])
  }

  /** A snapshot in row-major order. float16 and bfloat16 come as float32, bool as uint8. */
  async toArray(): Promise<TypedArray> {
    const host = await this.#read(Read.data)
    return typedArrayOf(host.dtype, host.buffer as ArrayBuffer)
  }

  /** The tensor's own memory, without a copy: later operations in place show in it. Contiguous CPU tensors only. */
  async share(): Promise<TypedArray> {
    const host = await this.#read(Read.share)
    return typedArrayOf(host.dtype, host.buffer as ArrayBuffer)
  }

  async #read(what: Read): Promise<HostTensor> {
    refuseWhileRecording('A host read')
    const call = nextCall()
    return answered((answer) => native().read(this.handle, what, call, answer))
  }

  // Arithmetic -------------------------------------------------------------------------------------------------------

  /** this + other */
  add(other: Operand): Tensor {
    return aten('add', overload(other), this, other)
  }

  /** this - other */
  sub(other: Operand): Tensor {
    return aten('sub', overload(other), this, other)
  }

  /** this * other, element by element */
  mul(other: Operand): Tensor {
    return aten('mul', overload(other), this, other)
  }

  /** this / other, element by element */
  div(other: Operand): Tensor {
    return aten('div', overload(other), this, other)
  }

  /** Every element to the power of `exponent`. */
  pow(exponent: number): Tensor {
    return aten('pow', 'Tensor_Scalar', this, exponent)
  }

  /** -this */
  neg(): Tensor {
    return aten('neg', '', this)
  }

  /** Square root of every element. */
  sqrt(): Tensor {
    return aten('sqrt', '', this)
  }

  /** 1 / sqrt(this) */
  rsqrt(): Tensor {
    return aten('rsqrt', '', this)
  }

  /** e to the power of every element. */
  exp(): Tensor {
    return aten('exp', '', this)
  }

  /** Natural logarithm of every element. */
  log(): Tensor {
    return aten('log', '', this)
  }

  /** Every element without its sign. */
  abs(): Tensor {
    return aten('abs', '', this)
  }

  /** Sine of every element, in radians. */
  sin(): Tensor {
    return aten('sin', '', this)
  }

  /** Cosine of every element, in radians. */
  cos(): Tensor {
    return aten('cos', '', this)
  }

  /** 1 / (1 + exp(-this)) */
  sigmoid(): Tensor {
    return aten('sigmoid', '', this)
  }

  /** To the nearest whole number, halves to the even one. */
  round(): Tensor {
    return aten('round', '', this)
  }

  /** To the next lower whole number. */
  floor(): Tensor {
    return aten('floor', '', this)
  }

  /** Every element brought into [min, max]; `null` is no bound. */
  clamp(min: number | null, max: number | null): Tensor {
    return aten('clamp', '', this, min, max)
  }

  /** Matrix product: [..., n, k] by [..., k, m] gives [..., n, m]. */
  matmul(other: Tensor): Tensor {
    return aten('matmul', '', this, other)
  }

  /** Exponentials along `dim`, divided by their sum. */
  softmax(dim: number): Tensor {
    return aten('softmax', 'int', this, dim)
  }

  // Comparison, giving bool ------------------------------------------------------------------------------------------

  /** this = other */
  eq(other: Operand): Tensor {
    return aten('eq', overload(other), this, other)
  }

  /** this != other */
  ne(other: Operand): Tensor {
    return aten('ne', overload(other), this, other)
  }

  /** this < other */
  lt(other: Operand): Tensor {
    return aten('lt', overload(other), this, other)
  }

  /** this <= other */
  le(other: Operand): Tensor {
    return aten('le', overload(other), this, other)
  }

  /** this > other */
  gt(other: Operand): Tensor {
    return aten('gt', overload(other), this, other)
  }

  /** this >= other */
  ge(other: Operand): Tensor {
    return aten('ge', overload(other), this, other)
  }

  /** Where both are true, or not 0. */
  logicalAnd(other: Tensor): Tensor {
    return aten('logical_and', '', this, other)
  }

  // Shape ------------------------------------------------------------------------------------------------------------

  /** The same elements in another shape; one side may be -1: what is left. */
  reshape(shape: readonly number[]): Tensor {
    return aten('reshape', '', this, shape)
  }

  /** Sides of 1 repeated to those of `shape`, without a copy; -1 leaves a side. */
  expand(shape: readonly number[]): Tensor {
    return aten('expand', '', this, shape)
  }

  /** The dimensions in another order. */
  permute(dims: readonly number[]): Tensor {
    return aten('permute', '', this, dims)
  }

  /** Two dimensions exchanged. */
  transpose(first: number, second: number): Tensor {
    return aten('transpose', 'int', this, first, second)
  }

  /** A side of 1 put in at `dim`. */
  unsqueeze(dim: number): Tensor {
    return aten('unsqueeze', '', this, dim)
  }

  /** The side of 1 at `dim` taken out. */
  squeeze(dim: number): Tensor {
    return aten('squeeze', 'dim', this, dim)
  }

  /** In reverse order along the dimensions. */
  flip(dims: readonly number[]): Tensor {
    return aten('flip', '', this, dims)
  }

  /** Shifted along dimensions, in a circle. */
  roll(shifts: readonly number[], dims: readonly number[]): Tensor {
    return aten('roll', '', this, shifts, dims)
  }

  /** The slice at `index` of `dim`, without that dimension. */
  select(dim: number, index: number): Tensor {
    return aten('select', 'int', this, dim, index)
  }

  /** Of `dim`, the `length` slices from `start` on. */
  narrow(dim: number, start: number, length: number): Tensor {
    return aten('narrow', '', this, dim, start, length)
  }

  /** Of `dim`, the slices that `index` ([n] int64) names. */
  indexSelect(dim: number, index: Tensor): Tensor {
    return aten('index_select', '', this, dim, index)
  }

  // Reduction --------------------------------------------------------------------------------------------------------

  /** Over all, or over some dimensions; `keepdim` leaves sides of 1 there. */
  sum(dims?: readonly number[], keepdim = false): Tensor {
    return dims ? aten('sum', 'dim_IntList', this, dims, keepdim) : aten('sum', '', this)
  }

  /** Over all, or over some dimensions; `keepdim` leaves sides of 1 there. */
  mean(dims?: readonly number[], keepdim = false): Tensor {
    return dims ? aten('mean', 'dim', this, dims, keepdim) : aten('mean', '', this)
  }

  /** The largest element of all, or along some dimensions. */
  amax(dims: readonly number[] = [], keepdim = false): Tensor {
    return aten('amax', '', this, dims, keepdim)
  }

  /** The least element of all, or along some dimensions. */
  amin(dims: readonly number[] = [], keepdim = false): Tensor {
    return aten('amin', '', this, dims, keepdim)
  }

  /** Where along `dim` the largest element is, as int64. */
  argmax(dim: number, keepdim = false): Tensor {
    return aten('argmax', '', this, dim, keepdim)
  }

  /** Where along `dim` the least element is, as int64. */
  argmin(dim: number, keepdim = false): Tensor {
    return aten('argmin', '', this, dim, keepdim)
  }

  /** Euclidean length. */
  norm(dims: readonly number[] | null = null, keepdim = false): Tensor {
    return aten('linalg_vector_norm', '', this, 2, dims, keepdim)
  }

  /** Divided by its Euclidean length along `dim`; a zero vector stays zero. */
  normalize(dim: number): Tensor {
    return this.div(this.norm([dim], true).clamp(1e-12, null))
  }

  // Memory and autograd ----------------------------------------------------------------------------------------------

  /** As another dtype, on another device; itself where it is so already. */
  to(options: { dtype?: DType; device?: Device }): Tensor {
    const dtype = options.dtype === undefined ? null : dtypeCode(options.dtype)
    return aten('to', 'dtype_layout', this, dtype, null, options.device ?? null)
  }

  /** In row-major memory; itself where it is so already. */
  contiguous(): Tensor {
    return aten('contiguous', '', this)
  }

  /** A copy with memory of its own. */
  clone(): Tensor {
    return aten('clone', '', this)
  }

  /** The same memory, through which no gradient flows. */
  detach(): Tensor {
    return aten('detach', '', this)
  }

  /** A leaf with this tensor's values, to which gradients can be taken. */
  requiresGrad(): Tensor {
    const leaf = this.detach().clone()
    op('aten::requires_grad_', '', [leaf, true], 0)
    return leaf
  }

  // In place, outside the autograd graph -----------------------------------------------------------------------------

  /** Writes the elements of `source`, of the same shape, into this. */
  copy_(source: Tensor): this {
    noGrad(() => op('aten::copy_', '', [this, source], 0))
    return this
  }

  /** this += other */
  add_(other: Operand): this {
    noGrad(() => op('aten::add_', overload(other), [this, other], 0))
    return this
  }

  /** this *= other */
  mul_(other: Operand): this {
    noGrad(() => op('aten::mul_', overload(other), [this, other], 0))
    return this
  }

  /** Writes `value` everywhere. */
  fill_(value: number): this {
    noGrad(() => op('aten::fill_', 'Scalar', [this, value], 0))
    return this
  }
}
