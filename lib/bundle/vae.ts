import type { ScriptModule, Tensor } from '../torch/index.js'
import type { Placement } from './bundle.js'
import type { Manifest } from './manifest.js'

/** Between images in [-1, 1] and latents. Takes and gives float32, whatever it computes in. */
export class Vae {
  readonly #encode: ScriptModule
  readonly #decode: ScriptModule
  readonly #shape: Manifest['latents']
  readonly #placement: Placement

  constructor(encode: ScriptModule, decode: ScriptModule, shape: Manifest['latents'], placement: Placement) {
    this.#encode = encode
    this.#decode = decode
    this.#shape = shape
    this.#placement = placement
  }

  /**
   * The posterior's mode, NOT multiplied by the scaling factor: as InstructPix2Pix conditions on a photo.
   * @param images [B, 3, H, W] in [-1, 1]; H and W multiples of the downscale.
   */
  mode(images: Tensor): Tensor {
    return this.#encode.forward(images.to(this.#placement)).to({ dtype: 'float32' })
  }

  /** Latents as the diffusion knows them: the mode times the scaling factor. */
  encode(images: Tensor): Tensor {
    return this.mode(images).mul(this.#shape.scalingFactor)
  }

  /** @returns images [B, 3, H, W], clamped to [-1, 1], of latents as the diffusion knows them. */
  decode(latents: Tensor): Tensor {
    const { dtype } = this.#placement
    const images = this.#decode.forward(latents.div(this.#shape.scalingFactor).to({ dtype }))
    return images.to({ dtype: 'float32' }).clamp(-1, 1)
  }

  /** [C, h, w] of the latents of a `side` x `side` image. */
  latentShape(side: number): [number, number, number] {
    const { channels, downscale } = this.#shape
    return [channels, side / downscale, side / downscale]
  }
}
