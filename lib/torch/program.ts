import { invalidArgument } from '../errors.js'
import type { ProgramHandle } from './addon-types.js'
import { answered, nextCall } from './call-sites.js'
import { refuseWhileRecording, scope, whileRecording } from './engine.js'
import { native } from './native.js'
import type { Tensor } from './tensor.js'

/**
 * Records what `fn` asks for, without running it. Tensors that exist already are the program's static inputs: each
 * replay reads what they then hold. Return the tensors that are to be read or watched; all others made inside are freed
 * as each replay goes. `fn` must be synchronous. `threads`: how many compute a replay on the CPU, where the process's own
 * number is too many for operators as small as these.
 */
export function record<T>(fn: () => T, { threads }: { threads?: number } = {}): Program<T> {
  const { handle, result } = whileRecording(() => scope(fn), threads)
  if (result instanceof Promise) throw invalidArgument('record(fn)', 'a synchronous function', result)
  return new Program(handle, result)
}

/**
 * A recorded list of operations, replayed natively: one promise for any number of replays. Free it, with the constants
 * made inside, by `dispose()`; what it returned is the caller's.
 */
export class Program<T = unknown> {
  readonly #handle: ProgramHandle
  /** What the recorded function returned. Its tensors hold the last replay's values. */
  readonly outputs: T

  /** @internal */
  constructor(handle: ProgramHandle, outputs: T) {
    this.#handle = handle
    this.outputs = outputs
  }

  /**
   * Replays the program `times` times on the compute thread.
   * @returns for each watched scalar its value after every replay.
   */
  async run(times = 1, options: { watch?: readonly Tensor[] } = {}): Promise<Float64Array[]> {
    refuseWhileRecording('program.run()')
    if (!Number.isInteger(times) || times < 1) throw invalidArgument('times', 'a whole number from 1', times)
    const watched = (options.watch ?? []).map((tensor) => tensor.handle)
    const call = nextCall()
    return answered((answer) => native().run(this.#handle, times, watched, call, answer))
  }

  /** Whether the last replay was one of CUDA graphs: not on the CPU, and not in the first replays. */
  get captured(): boolean {
    return native().captured(this.#handle)
  }

  /** Frees the recorded operations and the constants among them. */
  dispose(): void {
    native().disposeProgram(this.#handle)
  }

  /** For `using`: as dispose(). */
  [Symbol.dispose](): void {
    this.dispose()
  }
}
