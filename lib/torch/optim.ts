import { invalidArgument } from '../errors.js'
import type { Device } from './dtype.js'
import { noGrad, op } from './engine.js'
import { full, zerosLike } from './factories.js'
import type { Tensor } from './tensor.js'

/** As PyTorch's. */
export interface AdamWOptions {
  /** Step size. */
  lr: number
  /** How slowly the averages of gradients and of their squares follow. Default 0.9, 0.999. */
  betas?: [number, number]
  /** What keeps the division from 0. Default 1e-8. */
  eps?: number
  /** How much parameters shrink, as a share of the step size. Default 0.01. */
  weightDecay?: number
  /** Where the parameters are. Default the CPU. */
  device?: Device
}

/**
 * AdamW (Loshchilov and Hutter, 2017), LibTorch's fused kernel: parameters and moments are written in place, so that a
 * step may be recorded. Frees its state by dispose().
 */
export class AdamW {
  readonly #parameters: readonly Tensor[]
  readonly #options: Required<AdamWOptions>
  readonly #lr: Tensor
  readonly #averages: Tensor[]
  readonly #squares: Tensor[]
  readonly #steps: Tensor[]

  /** For leaves, which are written in place from then on. */
  constructor(parameters: readonly Tensor[], options: AdamWOptions) {
    this.#parameters = parameters
    const { device = 'cpu' } = options
    this.#options = { betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01, ...options, device }
    // The CPU kernel reads the rate as a double, the CUDA kernel as a float on its device.
    this.#lr = full([], options.lr, { dtype: device === 'cpu' ? 'float64' : 'float32', device })
    this.#averages = parameters.map(zerosLike)
    this.#squares = parameters.map(zerosLike)
    this.#steps = parameters.map(() => full([], 0, { device }))
  }

  /** One update by the gradients, in the parameters' order. */
  step(gradients: readonly Tensor[]): void {
    const { betas, eps, weightDecay } = this.#options
    noGrad(() => {
      for (const step of this.#steps) step.add_(1)
      op(
        'aten::_fused_adamw_',
        'tensor_lr',
        [
          this.#parameters,
          gradients,
          this.#averages,
          this.#squares,
          [],
          this.#steps,
          this.#lr,
          betas[0],
          betas[1],
          weightDecay,
          eps,
          false,
          false,
          null,
          null,
        ],
        0,
      )
    })
  }

  /** The rate from the next step on; a recorded step follows it too. */
  setLr(lr: number): void {
    this.#lr.fill_(lr)
  }

  /** The moments and step counts, by name: what a checkpoint must keep. Live tensors, not copies. */
  state(): Record<string, Tensor> {
    const state: Record<string, Tensor> = {}
    for (let i = 0; i < this.#parameters.length; i++) {
      state[`${i}.exp_avg`] = this.#averages[i] as Tensor
      state[`${i}.exp_avg_sq`] = this.#squares[i] as Tensor
      state[`${i}.step`] = this.#steps[i] as Tensor
    }
    return state
  }

  /** Takes over a state of the same parameters, by copy. */
  load(saved: Record<string, Tensor>): void {
    for (const [name, tensor] of Object.entries(this.state())) {
      const value = saved[name]
      if (!value)
        throw invalidArgument('optimizer state', `a tensor named ${name}`, Object.keys(saved).join(', '))
      noGrad(() => tensor.copy_(value))
    }
  }

  /** Frees its state; the parameters stay. */
  dispose(): void {
    for (const tensor of [this.#lr, ...Object.values(this.state())]) tensor.dispose()
  }
}
