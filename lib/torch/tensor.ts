import { SilverpointError } from '../errors.js'
import { type HostTensor, Read, type TensorHandle } from './addon-types.js'
import { nextCall, typedError } from './call-sites.js'
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

  constructor(handle: TensorHandle) {
    this.#handle = handle
  }

  get handle(): TensorHandle {
    if (this.#handle) return this.#handle
    throw new SilverpointError(
      'TENSOR_DISPOSED',
      'Expected a live tensor but received a disposed one. Return it from scope(), or dispose of it later.',
    )
  }

  dispose(): void {
    if (this.#handle) native().dispose(this.#handle)
    this.#handle = undefined
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  // Reading on the host ------------------------------------------------------------------------------------------

  /** Waits until the tensor is there. Rejects with the first cause if an operation it came from failed. */
  async ready(): Promise<void> {
    await this.#read(Read.ready)
  }

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
    try {
      return await native().read(this.handle, what, call)
    } catch (error) {
      throw typedError(error)
    }
  }

  // Arithmetic -------------------------------------------------------------------------------------------------------

  add(other: Operand): Tensor {
    return aten('add', overload(other), this, other)
  }

  sub(other: Operand): Tensor {
    return aten('sub', overload(other), this, other)
  }

  mul(other: Operand): Tensor {
    return aten('mul', overload(other), this, other)
  }

  div(other: Operand): Tensor {
    return aten('div', overload(other), this, other)
  }

  pow(exponent: number): Tensor {
    return aten('pow', 'Tensor_Scalar', this, exponent)
  }

  neg(): Tensor {
    return aten('neg', '', this)
  }

  sqrt(): Tensor {
    return aten('sqrt', '', this)
  }

  rsqrt(): Tensor {
    return aten('rsqrt', '', this)
  }

  exp(): Tensor {
    return aten('exp', '', this)
  }

  log(): Tensor {
    return aten('log', '', this)
  }

  abs(): Tensor {
    return aten('abs', '', this)
  }

  sin(): Tensor {
    return aten('sin', '', this)
  }

  cos(): Tensor {
    return aten('cos', '', this)
  }

  sigmoid(): Tensor {
    return aten('sigmoid', '', this)
  }

  round(): Tensor {
    return aten('round', '', this)
  }

  floor(): Tensor {
    return aten('floor', '', this)
  }

  clamp(min: number | null, max: number | null): Tensor {
    return aten('clamp', '', this, min, max)
  }

  matmul(other: Tensor): Tensor {
    return aten('matmul', '', this, other)
  }

  softmax(dim: number): Tensor {
    return aten('softmax', 'int', this, dim)
  }

  // Comparison, giving bool ------------------------------------------------------------------------------------------

  eq(other: Operand): Tensor {
    return aten('eq', overload(other), this, other)
  }

  ne(other: Operand): Tensor {
    return aten('ne', overload(other), this, other)
  }

  lt(other: Operand): Tensor {
    return aten('lt', overload(other), this, other)
  }

  le(other: Operand): Tensor {
    return aten('le', overload(other), this, other)
  }

  gt(other: Operand): Tensor {
    return aten('gt', overload(other), this, other)
  }

  ge(other: Operand): Tensor {
    return aten('ge', overload(other), this, other)
  }

  logicalAnd(other: Tensor): Tensor {
    return aten('logical_and', '', this, other)
  }

  // Shape ------------------------------------------------------------------------------------------------------------

  reshape(shape: readonly number[]): Tensor {
    return aten('reshape', '', this, shape)
  }

  expand(shape: readonly number[]): Tensor {
    return aten('expand', '', this, shape)
  }

  permute(dims: readonly number[]): Tensor {
    return aten('permute', '', this, dims)
  }

  transpose(first: number, second: number): Tensor {
    return aten('transpose', 'int', this, first, second)
  }

  unsqueeze(dim: number): Tensor {
    return aten('unsqueeze', '', this, dim)
  }

  squeeze(dim: number): Tensor {
    return aten('squeeze', 'dim', this, dim)
  }

  flip(dims: readonly number[]): Tensor {
    return aten('flip', '', this, dims)
  }

  roll(shifts: readonly number[], dims: readonly number[]): Tensor {
    return aten('roll', '', this, shifts, dims)
  }

  select(dim: number, index: number): Tensor {
    return aten('select', 'int', this, dim, index)
  }

  narrow(dim: number, start: number, length: number): Tensor {
    return aten('narrow', '', this, dim, start, length)
  }

  indexSelect(dim: number, index: Tensor): Tensor {
    return aten('index_select', '', this, dim, index)
  }

  // Reduction --------------------------------------------------------------------------------------------------------

  sum(dims?: readonly number[], keepdim = false): Tensor {
    return dims ? aten('sum', 'dim_IntList', this, dims, keepdim) : aten('sum', '', this)
  }

  mean(dims?: readonly number[], keepdim = false): Tensor {
    return dims ? aten('mean', 'dim', this, dims, keepdim) : aten('mean', '', this)
  }

  amax(dims: readonly number[] = [], keepdim = false): Tensor {
    return aten('amax', '', this, dims, keepdim)
  }

  amin(dims: readonly number[] = [], keepdim = false): Tensor {
    return aten('amin', '', this, dims, keepdim)
  }

  argmax(dim: number, keepdim = false): Tensor {
    return aten('argmax', '', this, dim, keepdim)
  }

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

  to(options: { dtype?: DType; device?: Device }): Tensor {
    const dtype = options.dtype === undefined ? null : dtypeCode(options.dtype)
    return aten('to', 'dtype_layout', this, dtype, null, options.device ?? null)
  }

  contiguous(): Tensor {
    return aten('contiguous', '', this)
  }

  clone(): Tensor {
    return aten('clone', '', this)
  }

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

  copy_(source: Tensor): this {
    noGrad(() => op('aten::copy_', '', [this, source], 0))
    return this
  }

  add_(other: Operand): this {
    noGrad(() => op('aten::add_', overload(other), [this, other], 0))
    return this
  }

  mul_(other: Operand): this {
    noGrad(() => op('aten::mul_', overload(other), [this, other], 0))
    return this
  }

  fill_(value: number): this {
    noGrad(() => op('aten::fill_', 'Scalar', [this, value], 0))
    return this
  }
}
