/**
 * What the pair's photo looks like, drawn with the instruction, beside the artist's sketch. L_rec alone learns blur from one
 * pair: a hand's lines are never quite where the photo has them, and blur is what errs least between. So the photo is drawn by
 * a few steps of the sampler, with gradient through all of them (as DRaFT fine-tunes networks: Clark et al., 2309.17400), and
 * compared by squares: within one it does not matter where the lines are.
 */
import type { Bundle } from '../bundle/bundle.js'
import { LUMA } from '../data/luma.js'
import type { NoiseSchedule } from '../diffusion/noise-schedule.js'
import { aten } from '../torch/engine.js'
import { cosineSimilarity, type Device, mse, sort, type Tensor, tensor } from '../torch/index.js'
import { drawPairs } from './draw-pairs.js'
import type { EncodedPairs } from './objective.js'

/** How the drawing is made and what its terms weigh. */
export interface DrawingRecipe {
  /** Steps of DPM-Solver++. */
  steps: number
  /** Of the squares' mean colour: mean of squared differences, channels from 0 to 1. */
  tone: number
  /** Of the squares' mean gradient magnitude, in grey a pixel: how much is drawn there. */
  strokes: number
  /** Of how far the pictures' gradient magnitudes are apart in their distribution, wherever they are, in grey a pixel. */
  statistics: number
  /** Of 1 - cosine between the drawing's way from the photo in CLIP's space and the sketch's (Delta_edit, Eq. 4). */
  direction: number
  /** Joined with the instruction in every other step, as it may be when drawing; empty: never. */
  optional: string
}

/** The squares along a picture's side. */
const SQUARES = 16

/** Means over squares: [P, 3, squares, squares] of the colours, [P, 1, squares - 1, squares - 1] of the gradients. */
interface Squares {
  tone: Tensor
  strokes: Tensor
  /** [P, pixels], from the faintest to the strongest. */
  sorted: Tensor
}

export class DrawingLoss {
  readonly #bundle: Bundle
  readonly #schedule: NoiseSchedule
  readonly #pairs: EncodedPairs
  readonly #recipe: DrawingRecipe
  readonly #negative: Tensor
  readonly #target: Squares

  /** @param negative [1, tokens, width]: the empty text, where the bundle's own guidance needs it. */
  constructor(
    bundle: Bundle,
    schedule: NoiseSchedule,
    pairs: EncodedPairs,
    recipe: DrawingRecipe,
    negative: Tensor,
  ) {
    this.#bundle = bundle
    this.#schedule = schedule
    this.#pairs = pairs
    this.#recipe = recipe
    this.#negative = negative
    this.#target = this.#squaresOf(pairs.sketches)
  }

  /**
   * @param context [1, tokens, width]
   * @param noise [P, C, h, w], standard normal: what the drawings begin from.
   * @returns the weighted sum of tone, strokes and direction; a scalar, differentiable in the context.
   */
  loss(context: Tensor, noise: Tensor): Tensor {
    const drawings = this.#draw(context, noise)
    const { tone, strokes, sorted } = this.#squaresOf(drawings)
    const { photoFeatures, editDirection } = this.#pairs
    const way = this.#bundle.images.encode(drawings).sub(photoFeatures)
    const cosine = cosineSimilarity(way, editDirection).mean()
    return mse(tone, this.#target.tone)
      .mul(this.#recipe.tone)
      .add(mse(strokes, this.#target.strokes).mul(this.#recipe.strokes))
      .add(sorted.sub(this.#target.sorted).abs().mean().mul(this.#recipe.statistics))
      .add(cosine.neg().add(1).mul(this.#recipe.direction))
  }

  #squaresOf(images: Tensor): Squares {
    return squaresOf(images, this.#bundle.manifest.resolution, this.#bundle.device)
  }

  /** [P, 3, H, W] in [-1, 1] */
  #draw(context: Tensor, noise: Tensor): Tensor {
    const { count, photoLatents } = this.#pairs
    const rows = (one: Tensor) => one.expand([count, -1, -1])
    return drawPairs(this.#bundle, this.#schedule, {
      // Few steps with a gradient through all of them: no noise comes between.
      sampler: 'dpm-solver++',
      steps: this.#recipe.steps,
      context: rows(context),
      negative: rows(this.#negative),
      photoLatents,
      noise: () => noise,
    })
  }
}

/** Of values in [-1, 1], in a scale of 0 to 1. */
const HALF_LUMA = LUMA.map((weight) => weight / 2)

/** @param images [B, 3, side, side] in [-1, 1] */
function squaresOf(images: Tensor, side: number, device: Device): Squares {
  const pool = (map: Tensor) => averages(map, Math.floor(side / SQUARES))
  const grey = images.mul(tensor(HALF_LUMA, [1, 3, 1, 1], { device })).sum([1], true)
  const strokes = gradientMagnitude(grey, side - 2)
  const { values: sorted } = sort(strokes.reshape([-1, (side - 2) ** 2]))
  return { tone: pool(images).mul(0.5), strokes: pool(strokes), sorted }
}

/** Of central differences, in grey a pixel. @param grey [B, 1, inner + 2, inner + 2] @returns [B, 1, inner, inner] */
function gradientMagnitude(grey: Tensor, inner: number): Tensor {
  const across = grey
    .narrow(3, 2, inner)
    .sub(grey.narrow(3, 0, inner))
    .narrow(2, 1, inner)
  const down = grey
    .narrow(2, 2, inner)
    .sub(grey.narrow(2, 0, inner))
    .narrow(3, 1, inner)
  // The root's slope is infinite at 0.
  return across.pow(2).add(down.pow(2)).add(1e-5).sqrt().mul(0.5)
}

function averages(map: Tensor, square: number): Tensor {
  const window = [square, square]
  return aten('avg_pool2d', '', map, window, window, [0, 0], false, true, null)
}
