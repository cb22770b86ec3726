/**
 * How like the artist's sketches the pairs' own photos come out: by the measures that drawings are judged by, of drawings
 * made as users make them. No gradient: it chooses between instructions.
 */
import type { Bundle } from '../bundle/bundle.js'
import { NoiseSchedule } from '../diffusion/noise-schedule.js'
import { fsim } from '../metrics/fsim.js'
import { type GreyImage, toGrey } from '../metrics/grey.js'
import { scoot } from '../metrics/scoot.js'
import { ssim } from '../metrics/ssim.js'
import { strokeDistance, strokeStatistics } from '../metrics/strokes.js'
import { cat, noGrad, scope, type Tensor } from '../torch/index.js'
import { drawPairs } from './draw-pairs.js'
import { heldDraws } from './draws.js'
import type { EncodedPairs } from './objective.js'
import { PairNoise } from './pair-noise.js'

/** A distance of stroke statistics is a tenth of what the other measures are. */
const STROKES = 10

export class Likeness {
  readonly #bundle: Bundle
  readonly #pairs: EncodedPairs
  readonly #truths: readonly GreyImage[]
  readonly #schedule: NoiseSchedule
  readonly #negative: Tensor
  readonly #noise: Tensor

  private constructor(bundle: Bundle, pairs: EncodedPairs, truths: readonly GreyImage[], seed: number) {
    const { manifest, device } = bundle
    this.#bundle = bundle
    this.#pairs = pairs
    this.#truths = truths
    this.#schedule = new NoiseSchedule(manifest.schedule, device)
    this.#negative = bundle.text.encode('').context
    const held = heldDraws(1, manifest.schedule.timesteps)
    this.#noise = new PairNoise(bundle, pairs.count, seed).of(held, 0).noise
  }

  static async of(bundle: Bundle, pairs: EncodedPairs, seed: number): Promise<Likeness> {
    return new Likeness(bundle, pairs, await greyImages(pairs.sketches, bundle.manifest.resolution), seed)
  }

  /**
   * @param contexts [B, tokens, width]
   * @returns of each, SSIM + FSIM + SCOOT - 10 times the distance of stroke statistics, the mean over the pairs.
   */
  async scores(contexts: Tensor, count: number): Promise<number[]> {
    using drawings = scope(() => noGrad(() => this.#draw(contexts, count)))
    const drawn = await greyImages(drawings, this.#bundle.manifest.resolution)
    const each = await Promise.all(drawn.map((image, row) => likeness(image, this.#truthOf(row))))
    const pairs = this.#pairs.count
    return Array.from({ length: count }, (_, b) => mean(each.slice(b * pairs, (b + 1) * pairs)))
  }

  dispose(): void {
    this.#negative.dispose()
    this.#noise.dispose()
  }

  #truthOf(row: number): GreyImage {
    return this.#truths[row % this.#pairs.count] as GreyImage
  }

  /** [B * P, 3, H, W]; all pairs of the first context first. */
  #draw(contexts: Tensor, count: number): Tensor {
    const { manifest } = this.#bundle
    const { photoLatents, count: pairs } = this.#pairs
    const { tokens, width } = manifest.text
    const everyPair = (rows: Tensor) => cat(Array<Tensor>(count).fill(rows))
    return drawPairs(this.#bundle, this.#schedule, {
      steps: manifest.steps,
      photoLatents: everyPair(photoLatents),
      context: contexts.unsqueeze(1).expand([-1, pairs, -1, -1]).reshape([-1, tokens, width]),
      negative: this.#negative.expand([count * pairs, -1, -1]),
      noise: everyPair(this.#noise),
    })
  }
}

async function likeness(drawing: GreyImage, sketch: GreyImage): Promise<number> {
  const strokes = strokeDistance(strokeStatistics([drawing]), strokeStatistics([sketch]))
  return ssim(drawing, sketch) + (await fsim(drawing, sketch)) + scoot(drawing, sketch) - STROKES * strokes
}

/** @param images [B, 3, side, side] in [-1, 1] */
async function greyImages(images: Tensor, side: number): Promise<GreyImage[]> {
  const pixels = (await images.toArray()) as Float32Array
  const length = 3 * side * side
  return Array.from({ length: pixels.length / length }, (_, row) =>
    toGrey({ width: side, height: side, data: pixels.subarray(row * length, (row + 1) * length) }),
  )
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
