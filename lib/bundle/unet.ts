import { cat, type ScriptModule, type Tensor } from '../torch/index.js'
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
   * InstructPix2Pix's prediction: noised latents with the photo's latents beside them as further channels.
   * @param latents [B, C, h, w], scaled as the sampler says.
   * @param photoLatents [B, C, h, w], not scaled.
   * @param timestep [B], of any numeric dtype.
   * @param context [B, tokens, width], the text encoder's output.
   * @returns [B, C, h, w]: noise, v or sample, as the bundle's schedule says.
   */
  predict(latents: Tensor, photoLatents: Tensor, timestep: Tensor, context: Tensor): Tensor {
    return this.forward(cat([latents, photoLatents], 1), timestep, context)
  }

  /** The network as it is. @param sample [B, 2C, h, w] */
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
