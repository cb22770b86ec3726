/**
 * L = lambda_rec L_rec + lambda_edit L_edit (Eq. 6), both with their readings in docs: recipes name the choices. Where a
 * recipe draws, what the drawing lacks is added.
 */
import type { Bundle } from '../bundle/bundle.js'
import { type Branch, branchCoefficients, branchInputs, combine, UNGUIDED } from '../diffusion/guidance.js'
import type { NoiseSchedule } from '../diffusion/noise-schedule.js'
import { cosineSimilarity, mse, noGrad, type Tensor } from '../torch/index.js'
import { DrawingLoss } from './drawing-loss.js'
import type { Recipe } from './recipe.js'

/** The pairs as the networks see them; one row a pair. */
export interface EncodedPairs {
  count: number
  /** [P, 3, H, W] in [-1, 1] */
  photos: Tensor
  /** [P, 3, H, W] in [-1, 1] */
  sketches: Tensor
  /** z_s [P, C, h, w]: what is noised. */
  sketchLatents: Tensor
  /** z_p [P, C, h, w]: what the network is shown. */
  photoLatents: Tensor
  /** Of CLIP, [P, projection], unnormalised. */
  photoFeatures: Tensor
  /** Delta_edit of Eq. 4, the mean over the pairs: [1, projection], unnormalised. */
  editDirection: Tensor
  /** What a bundle that measures manner adds to every row of a text, [1, 1, width]. */
  manner?: Tensor
}

/** The terms of the loss, scalars. */
export interface Losses {
  total: Tensor
  /** Where the recipe gives it a weight. */
  reconstruction?: Tensor
  edit: Tensor
  /** Weighted already; where the recipe draws. */
  drawing?: Tensor
}

/** The instruction, as each term of the loss sees it: [1, tokens, width]. */
export interface Contexts {
  context: Tensor
  /** What the photo is drawn with: the same, or joined with an optional text. */
  drawn: Tensor
}

export class Objective {
  readonly #bundle: Bundle
  readonly #schedule: NoiseSchedule
  readonly #pairs: EncodedPairs
  readonly #recipe: Recipe
  readonly #negative: Tensor
  readonly #drawing: DrawingLoss | undefined
  /** Only the branch of the text depends on the instruction. */
  readonly #learned: readonly Branch[]
  readonly #constant: readonly Branch[]

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
    const { drawing } = recipe
    this.#drawing = drawing && new DrawingLoss(bundle, schedule, pairs, drawing, negative)
    const { prediction } = recipe
    const branches = branchCoefficients(prediction.kind === 'guided' ? prediction : UNGUIDED)
    this.#learned = branches.filter(({ branch }) => branch === 'text')
    this.#constant = branches.filter(({ branch }) => branch !== 'text')
  }

  /**
   * @param timestep [P] int64
   * @param noise [P, C, h, w]: added to the sketch, and what a drawing begins from.
   * @param constant [P, C, h, w], what `constant` gave for this timestep and noise; worked out where it is not given.
   */
  losses({ context, drawn }: Contexts, timestep: Tensor, noise: Tensor, constant?: Tensor): Losses {
    const { weights } = this.#recipe
    const edit = this.edit(context)
    const weighted = [edit.mul(weights.edit)]
    const losses: Omit<Losses, 'total'> = { edit }
    if (weights.reconstruction !== 0) {
      losses.reconstruction = this.reconstruction(context, timestep, noise, constant)
      weighted.unshift(losses.reconstruction.mul(weights.reconstruction))
    }
    if (this.#drawing) {
      losses.drawing = this.#drawing.loss(drawn, noise)
      weighted.push(losses.drawing)
    }
    return { ...losses, total: weighted.reduce((sum, term) => sum.add(term)) }
  }

  /** L_rec (Eq. 3), as a mean of squares in what the schedule has the network predict. */
  reconstruction(context: Tensor, timestep: Tensor, noise: Tensor, constant?: Tensor): Tensor {
    const { sketchLatents } = this.#pairs
    const noised = this.#schedule.addNoise(sketchLatents, noise, timestep)
    const target = this.#schedule.target(sketchLatents, noise, timestep)
    const learned = this.#predict(noised, timestep, context, this.#learned)
    if (this.#constant.length === 0) return mse(learned, target)
    return mse(learned.add(constant ?? this.constant(timestep, noise)), target)
  }

  /** Whether the prediction has branches that do not depend on the instruction. */
  get hasConstant(): boolean {
    return this.#constant.length > 0
  }

  /** What these add to the guided prediction [P, C, h, w], without gradient: the same whatever is learned. */
  constant(timestep: Tensor, noise: Tensor): Tensor {
    const noised = this.#schedule.addNoise(this.#pairs.sketchLatents, noise, timestep)
    return noGrad(() => this.#predict(noised, timestep, this.#negative, this.#constant))
  }

  /** L_edit (Eq. 5): how far the instruction points from the pair's direction in CLIP's space. */
  edit(context: Tensor): Tensor {
    // The paper gives one vector against all tokens: VISII takes their mean.
    const projected = this.#bundle.text.project(context.mean([1]))
    const cosine = cosineSimilarity(projected, this.#pairs.editDirection).mean()
    if (this.#recipe.editSign === 'as-printed') return cosine
    return (this.#recipe.clampCosine ? cosine.clamp(-1, 0.5) : cosine).neg().add(1)
  }

  /** The weighted sum of some branches' predictions, in one call of the network. */
  #predict(noised: Tensor, timestep: Tensor, context: Tensor, branches: readonly Branch[]): Tensor {
    const { count, photoLatents } = this.#pairs
    const rows = (one: Tensor) => one.expand([count, -1, -1])
    const inputs = branchInputs(
      { latents: noised, photoLatents, timestep, context: rows(context), negative: rows(this.#negative) },
      branches,
    )
    return combine(this.#bundle.unet.forward(inputs.sample, inputs.timestep, inputs.context), branches)
  }
}
