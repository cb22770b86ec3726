import { aten } from '../torch/engine.js'
import { type ScriptModule, type Tensor, tensor } from '../torch/index.js'
import type { Placement } from './bundle.js'
import type { Manifest } from './manifest.js'

/** CLIP's image tower with its projection. */
export class ImageEncoder {
  readonly #module: ScriptModule
  readonly #input: Manifest['image']
  readonly #placement: Placement

  constructor(module: ScriptModule, input: Manifest['image'], placement: Placement) {
    this.#module = module
    this.#input = input
    this.#placement = placement
  }

  /**
   * @param images [B, 3, H, W] in [-1, 1], square.
   * @returns [B, projection] float32, not normalised in length.
   */
  encode(images: Tensor): Tensor {
    const pixels = this.preprocess(images).to({ dtype: this.#placement.dtype })
    return this.#module.forward(pixels).to({ dtype: 'float32' })
  }

  /** Frees its weights until it is asked again: of CLIP ViT-L/14 they are 0.6 GB in half precision, and sketching never asks. */
  unload(): void {
    this.#module.unload()
  }

  /** Bicubic with antialiasing, as PIL resizes for transformers' CLIPImageProcessor, then CLIP's mean and deviation. */
  preprocess(images: Tensor): Tensor {
    const { side, mean, std } = this.#input
    const { device } = this.#placement
    const resized = aten('_upsample_bicubic2d_aa', '', images.to({ device }), [side, side], false)
    const unit = resized.clamp(-1, 1).add(1).mul(0.5)
    const channel = (values: readonly number[]) => tensor(values, [1, 3, 1, 1], { device })
    return unit.sub(channel(mean)).div(channel(std))
  }
}
