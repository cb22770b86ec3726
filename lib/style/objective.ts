/** L = lambda_rec L_rec + lambda_edit L_edit (Eq. 6), both with their readings in docs: recipes name the choices. */
import type { Bundle } from '../bundle/bundle.js'
import { type Branch, branchCoefficients, branchInputs, combine } from '../diffusion/guidance.js'
import type { NoiseSchedule } from '../diffusion/noise-schedule.js'
import { cosineSimilarity, mse, noGrad, type Tensor } from '../torch/index.js'
import type { Recipe } from './recipe.js'

/** The pairs as the networks see them; one row a pair. */
export interface EncodedPairs {
  count: number
  /** z_s [P, C, h, w]: what is noised. */
  sketchLatents: Tensor
  /** z_p [P, C, h, w]: what the network is shown. */
  photoLatents: Tensor
  /** Delta_edit of Eq. 4, the mean over the pairs: [1, projection], unnormalised. */
  editDirection: Tensor
}

/** The terms of the loss, scalars. */
export interface Losses {
  total: Tensor
  reconstruction: Tensor
  edit: Tensor
}

export class Objective {
  readonly #bundle: Bundle
  readonly #schedule: NoiseSchedule
  readonly #pairs: EncodedPairs
  readonly #recipe: Recipe
  readonly #negative: Tensor

  /** @param negative [1, tokens, width]: the empty text, for the guided prediction. */
  constructor(
    bundle: Bundle,
    schedule: NoiseSchedule,
    pairs: EncodedPairs,
    recipe: Recipe,
    negative: Tensor,
  ) {
    this.#bundle = bundle
    this.#schedule = schedule
    this.#pairs = pairs
    this.#recipe = recipe
    this.#negative = negative
  }

  /**
   * @param context [1, tokens, width]
   * @param timestep [P] int64
   * @param noise [P, C, h, w]
   */
  losses(context: Tensor, timestep: Tensor, noise: Tensor): Losses {
    const { weights } = this.#recipe
    const reconstruction = this.reconstruction(context, timestep, noise)
    const edit = this.edit(context)
    return {
      total: reconstruction.mul(weights.reconstruction).add(edit.mul(weights.edit)),
      reconstruction,
      edit,
    }
  }

  /** L_rec (Eq. 3), as a mean of squares in what the schedule has the network predict. */
  reconstruction(context: Tensor, timestep: Tensor, noise: Tensor): Tensor {
    const { sketchLatents } = this.#pairs
    const noised = this.#schedule.addNoise(sketchLatents, noise, timestep)
    const target = this.#schedule.target(sketchLatents, noise, timestep)
    return mse(this.#predict(noised, timestep, context), target)
  }

  /** L_edit (Eq. 5): how far the instruction points from the pair's direction in CLIP's space. */
  edit(context: Tensor): Tensor {
    // The paper gives one vector against all tokens: VISII takes their mean.
    const projected = this.#bundle.text.project(context.mean([1]))
    const cosine = cosineSimilarity(projected, this.#pairs.editDirection).mean()
    if (this.#recipe.editSign === 'as-printed') return cosine
    return (this.#recipe.clampCosine ? cosine.clamp(-1, 0.5) : cosine).neg().add(1)
  }

  #predict(noised: Tensor, timestep: Tensor, context: Tensor): Tensor {
    const { prediction } = this.#recipe
    const rows = (one: Tensor) => one.expand([this.#pairs.count, -1, -1])
    const { photoLatents } = this.#pairs
    if (prediction.kind === 'conditional')
      return this.#bundle.unet.predict(noised, photoLatents, timestep, rows(context))
    const branches = branchCoefficients(prediction)
    const inputs = {
      latents: noised,
      photoLatents,
      timestep,
      context: rows(context),
      negative: rows(this.#negative),
    }
    const predicted = (some: Branch[]) => {
      const { sample, timestep, context } = branchInputs(inputs, some)
      return combine(this.#bundle.unet.forward(sample, timestep, context), some)
    }
    // Only the text branch depends on the instruction: the others need no gradient.
    const learned = branches.filter(({ branch }) => branch === 'text')
    const constant = branches.filter(({ branch }) => branch !== 'text')
    const guided = predicted(learned)
    if (constant.length === 0) return guided
    return guided.add(noGrad(() => predicted(constant)))
  }
}
