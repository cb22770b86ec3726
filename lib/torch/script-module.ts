import type { ModuleHandle } from './addon-types.js'
import { answered, asked, nextCall } from './call-sites.js'
import { type Device, type DType, dtypeCode } from './dtype.js'
import { adopt, context } from './engine.js'
import { native } from './native.js'
import type { Tensor } from './tensor.js'

/**
 * Loads a TorchScript module, frozen, in evaluation mode, its floating parameters converted to `dtype`.
 * TorchScript is code: check where a file comes from before loading it.
 * `independentRows`: row b of its results is made of row b of its inputs alone, so that threads may share the rows.
 * `checkpointed`: gradients keep only what passes between sixteenths of the module, and compute the rest again.
 */
export async function loadModule(
  path: string,
  options: { device?: Device; dtype?: DType; independentRows?: boolean; checkpointed?: boolean } = {},
): Promise<ScriptModule> {
  const { device = 'cpu', dtype = 'float32', independentRows = false, checkpointed = false } = options
  const call = nextCall()
  const handle = await answered<ModuleHandle>((answer) =>
    native().load(path, device, dtypeCode(dtype), independentRows, checkpointed, call, answer),
  )
  return new ScriptModule(handle)
}

/** A frozen network. Gradients flow through it to its inputs, never into its weights. */
export class ScriptModule {
  readonly #handle: ModuleHandle

  /** @internal */
  constructor(handle: ModuleHandle) {
    this.#handle = handle
  }

  /** For a module that gives one tensor. */
  forward(...inputs: Tensor[]): Tensor {
    return this.call(1, ...inputs)[0] as Tensor
  }

  /** For a module that gives several tensors. */
  call(outputs: number, ...inputs: Tensor[]): Tensor[] {
    const given = inputs.map((input) => input.handle)
    const handles = asked(() =>
      native().forward(this.#handle, given, outputs, context().gradients, nextCall()),
    )
    return handles.map(adopt)
  }

  /** Frees its weights until it is called again, when its file is read anew. What has been recorded keeps them. */
  unload(): void {
    native().unload(this.#handle, nextCall())
  }

  /** Frees its weights. */
  dispose(): void {
    native().disposeModule(this.#handle)
  }

  /** For `using`: as dispose(). */
  [Symbol.dispose](): void {
    this.dispose()
  }
}
