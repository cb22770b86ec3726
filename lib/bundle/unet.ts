import type { ScriptModule, Tensor } from '../torch/index.js'
import type { Placement } from './bundle.js'

/** The denoising network. Takes and gives float32, whatever it computes in. */
export class UNet {
  readonly #module: ScriptModule
  readonly #placement: Placement

  constructor(module: ScriptModule, placement: Placement) {
    this.#module = module
    this.#placement = placement
  }

  /**
   * @param sample [B, 2C, h, w] of an InstructPix2Pix: noised latents, scaled as the sampler says, and the photo's, which are not.
   * @param timestep [B], of any numeric dtype.
   * @param context [B, tokens, width], the text encoder's output.
   * @returns [B, C, h, w]: noise, v or sample, as the bundle's schedule says.
   */
  forward(sample: Tensor, timestep: Tensor, context: Tensor): Tensor {
    const { dtype } = this.#placement
    const predicted = this.#module.forward(
      sample.to({ dtype }),
      timestep.to({ dtype: 'float32' }),
      context.to({ dtype }),
    )
    return predicted.to({ dtype: 'float32' })
  }
}
