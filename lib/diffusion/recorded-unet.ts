/**
 * The network as a recorded program: a GPU captures it, and a timestep then asks for its hundreds of kernels in one call. On
 * the CPU there is nothing to gain.
 */
import type { Bundle } from '../bundle/bundle.js'
import type { UNet } from '../bundle/unet.js'
import { unscoped } from '../torch/engine.js'
import { noGrad, type Program, record, type Tensor, zeros } from '../torch/index.js'
import type { Denoiser } from './generate.js'

/** How many are kept: of whole batches, and of what is left over at the end; of guided steps, and of others. */
const KEPT = 4

/** Recorded networks by how many rows they take. Free them by dispose(). */
export class RecordedUNets {
  readonly #bundle: Bundle
  readonly #recorded = new Map<number, RecordedUNet>()

  constructor(bundle: Bundle) {
    this.#bundle = bundle
  }

  /** For batches of a size, whatever branches guide them. */
  of(batch: number): Denoiser {
    return {
      forward: (sample, timestep, context, branches) =>
        this.#recordedOf(batch * branches).forward(sample, timestep, context),
    }
  }

  #recordedOf(rows: number): RecordedUNet {
    // They outlive the scope that one is first asked for in.
    const found = this.#recorded.get(rows) ?? unscoped(() => new RecordedUNet(this.#bundle, rows))
    this.#recorded.delete(rows)
    this.#recorded.set(rows, found)
    for (const [other, oldest] of this.#recorded) {
      if (this.#recorded.size <= KEPT) break
      oldest.dispose()
      this.#recorded.delete(other)
    }
    return found
  }

  /** Settles when all calls so far have run. @throws what one of them throws. */
  async settled(): Promise<void> {
    await Promise.all([...this.#recorded.values()].map((one) => one.settled()))
  }

  dispose(): void {
    for (const one of this.#recorded.values()) one.dispose()
    this.#recorded.clear()
  }
}

/** Of one shape of the inputs, without gradient. What a call gives holds until the next call. */
class RecordedUNet implements Pick<UNet, 'forward'> {
  readonly #inputs: { sample: Tensor; timestep: Tensor; context: Tensor }
  readonly #program: Program<Tensor>
  #runs: Promise<unknown>[] = []

  constructor({ unet, vae, device, manifest }: Bundle, rows: number) {
    const { text, resolution } = manifest
    const [channels, height, width] = vae.latentShape(resolution)
    this.#inputs = {
      sample: zeros([rows, 2 * channels, height, width], { device }),
      timestep: zeros([rows], { device }),
      context: zeros([rows, text.tokens, text.width], { device }),
    }
    const { sample, timestep, context } = this.#inputs
    this.#program = noGrad(() => record(() => unet.forward(sample, timestep, context)))
  }

  /** As UNet's. Queued, not awaited. */
  forward(sample: Tensor, timestep: Tensor, context: Tensor): Tensor {
    this.#inputs.sample.copy_(sample)
    this.#inputs.timestep.copy_(timestep)
    this.#inputs.context.copy_(context)
    this.#runs.push(this.#program.run())
    return this.#program.outputs
  }

  async settled(): Promise<void> {
    await Promise.all(this.#runs.splice(0))
  }

  dispose(): void {
    this.#program.dispose()
    for (const owned of [this.#program.outputs, ...Object.values(this.#inputs)]) owned.dispose()
  }
}
