import type { ScriptModule, Tensor } from '../torch/index.js'

/**
 * What words leave unsaid of a drawing, measured beside its photo: tones, strokes, paper, ink, grain. A network trained with
 * it laid into its texts draws accordingly (models/training/manner.py).
 */
export class Manner {
  readonly #module: ScriptModule

  constructor(module: ScriptModule) {
    this.#module = module
  }

  /**
   * @param photos, sketches [P, 3, H, W] float32 in [-1, 1]
   * @returns what is added to every row of a text's context, the mean over the pairs: [1, 1, width] float32.
   */
  of(photos: Tensor, sketches: Tensor): Tensor {
    return this.#module.forward(photos, sketches).mean([0], true).unsqueeze(1)
  }
}
