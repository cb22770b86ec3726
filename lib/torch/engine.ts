import { AsyncLocalStorage } from 'node:async_hooks'
import { cudaGraphs } from '../config.js'
import { SilverpointError } from '../errors.js'
import type { Argument, OperatorHandle, ProgramHandle, TensorHandle } from './addon-types.js'
import { asked, nextCall } from './call-sites.js'
import { native } from './native.js'
import { Tensor } from './tensor.js'

/** What an operator's schema may ask for; `null` and `undefined` are its None. */
export type OpArgument =
  | Tensor
  | readonly Tensor[]
  | number
  | bigint
  | boolean
  | string
  | readonly number[]
  | null
  | undefined

/** What holds for the code that is running, across its awaits. */
interface Context {
  gradients: boolean
  scope?: Set<Tensor>
}

const contexts = new AsyncLocalStorage<Context>()
const DEFAULT: Context = { gradients: true }
const operators = new Map<string, OperatorHandle>()
let recording = false

export function context(): Context {
  return contexts.getStore() ?? DEFAULT
}

/** Runs `fn` without building the autograd graph, across its awaits too. */
export function noGrad<T>(fn: () => T): T {
  return contexts.run({ ...context(), gradients: false }, fn)
}

/**
 * Frees every tensor made inside `fn` when it ends (when its promise settles, for an async function), except those it
 * returns: a tensor, or an array or plain object of tensors.
 */
export function scope<T>(fn: () => T): T {
  const outer = context()
  const made = new Set<Tensor>()
  const finish = (result?: unknown) => {
    for (const kept of tensorsIn(result)) {
      if (made.delete(kept)) outer.scope?.add(kept)
    }
    for (const tensor of made) tensor.dispose()
  }
  let result: T
  try {
    result = contexts.run({ ...outer, scope: made }, fn)
  } catch (error) {
    finish()
    throw error
  }
  if (!(result instanceof Promise)) {
    finish(result)
    return result
  }
  return result.then(
    (value) => {
      finish(value)
      return value
    },
    (error) => {
      finish()
      throw error
    },
  ) as T
}

/** Runs `fn` in no scope: what it makes stays until it is disposed of, or collected. */
export function unscoped<T>(fn: () => T): T {
  return contexts.run({ gradients: context().gradients }, fn)
}

function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value]
  if (Array.isArray(value)) return value.flatMap(tensorsIn)
  if (value && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.values(value).flatMap(tensorsIn)
  }
  return []
}

/** Makes the tensor of a handle, owned by the scope that is open. */
export function adopt(handle: TensorHandle): Tensor {
  const tensor = new Tensor(handle)
  context().scope?.add(tensor)
  return tensor
}

function operator(name: string, overload: string): OperatorHandle {
  const key = `${name}.${overload}`
  let found = operators.get(key)
  if (!found) operators.set(key, (found = native().operator(name, overload)))
  return found
}

function argumentOf(value: OpArgument): Argument {
  if (value instanceof Tensor) return value.handle
  if (Array.isArray(value) && value[0] instanceof Tensor) return value.map((tensor: Tensor) => tensor.handle)
  return value as Argument
}

/**
 * Queues any operator LibTorch knows, by its schema, and returns its results' handles at once.
 * `outputs`: how many tensors it gives (0 for an operator used in place).
 */
export function op(name: string, overload: string, args: OpArgument[], outputs = 1): Tensor[] {
  const handles = asked(() =>
    native().call(operator(name, overload), args.map(argumentOf), outputs, context().gradients, nextCall()),
  )
  return handles.map(adopt)
}

/** `op` for the many operators of ATen that give one tensor. */
export function aten(name: string, overload: string, ...args: OpArgument[]): Tensor {
  return op(`aten::${name}`, overload, args)[0] as Tensor
}

/** Gradients of a scalar `loss` to `inputs`. Functional: nothing is accumulated anywhere. */
export function grad(loss: Tensor, inputs: Tensor): Tensor
export function grad(loss: Tensor, inputs: readonly Tensor[]): Tensor[]
export function grad(loss: Tensor, inputs: Tensor | readonly Tensor[]): Tensor | Tensor[] {
  const list = inputs instanceof Tensor ? [inputs] : inputs
  const leaves = list.map((input) => input.handle)
  const handles = asked(() => native().grad(loss.handle, leaves, nextCall()))
  const gradients = handles.map(adopt)
  return inputs instanceof Tensor ? (gradients[0] as Tensor) : gradients
}

/** Runs `fn` with the steps it asks for kept, instead of run, and returns them with its result. `threads`: as record's. */
export function whileRecording<T>(fn: () => T, threads = 0): { handle: ProgramHandle; result: T } {
  refuseWhileRecording('record()')
  recording = true
  native().beginRecording(cudaGraphs(), threads)
  let result: T | undefined
  let handle: ProgramHandle
  try {
    result = fn()
  } finally {
    // After an error too: the engine must not go on recording.
    handle = native().endRecording()
    recording = false
  }
  return { handle, result }
}

export function refuseWhileRecording(what: string): void {
  if (!recording) return
  throw new SilverpointError(
    'AWAIT_WHILE_RECORDING',
    `${what} was asked for inside record(): the recorded steps have not run yet. Read it after program.run(), or pass it to run's watch.`,
  )
}
