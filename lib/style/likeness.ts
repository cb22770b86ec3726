/**
 * How like the artist's sketches the pairs' own photos come out: by the measures that drawings are judged by, of drawings
 * made as users make them. No gradient: it chooses between instructions.
 */
import type { Bundle } from '../bundle/bundle.js'
import { detectFaces } from '../data/face-detector.js'
import type { Image } from '../data/image.js'
import type { Box } from '../data/page.js'
import { NoiseSchedule } from '../diffusion/noise-schedule.js'
import { DEFAULT_SAMPLER } from '../diffusion/samplers/names.js'
import { faceFeatures } from '../metrics/face-features.js'
import { cosine, type Features } from '../metrics/features.js'
import { fsim } from '../metrics/fsim.js'
import { type GreyImage, toGrey } from '../metrics/grey.js'
import { scoot } from '../metrics/scoot.js'
import { ssim } from '../metrics/ssim.js'
import { type StrokeStatistics, strokeDistance, strokeStatistics } from '../metrics/strokes.js'
import { cat, noGrad, scope, type Tensor } from '../torch/index.js'
import { drawPairs } from './draw-pairs.js'
import { heldDraws } from './draws.js'
import type { EncodedPairs } from './objective.js'
import { PairNoise } from './pair-noise.js'
import { imagesOf, repeatRows } from './pairs.js'

/** A distance of stroke statistics is a tenth of what the other measures are. */
const STROKES = 10
/** So that brown paper outweighs what its texture may gain: it is 0.1 from a grey sketch, grey drawings less than 0.01. */
const COLOUR = 5
/** So that a drawing that leaves out eyes or mouth does not win: between those and others its cosine is 0.05. */
const FACE = 2

/** A pair, and what of it every drawing is compared with. */
interface Truth {
  sketch: Image
  grey: GreyImage
  strokes: StrokeStatistics
  /** Where the photo shows a face; and how like it the artist's own drawing of it is: more is not asked for. */
  face?: { box: Box; descriptor: Features; kept: number } | undefined
}

export class Likeness {
  readonly #bundle: Bundle
  readonly #pairs: EncodedPairs
  readonly #truths: readonly Truth[]
  readonly #schedule: NoiseSchedule
  readonly #negative: Tensor
  /** [P, C, h, w] each: what drawings begin from, and what each step adds. */
  readonly #noise: readonly Tensor[]

  private constructor(bundle: Bundle, pairs: EncodedPairs, truths: readonly Truth[], seed: number) {
    const { manifest, device } = bundle
    this.#bundle = bundle
    this.#pairs = pairs
    this.#truths = truths
    this.#schedule = new NoiseSchedule(manifest.schedule, device)
    this.#negative = bundle.text.encode('').context
    const held = heldDraws(manifest.steps + 1, manifest.schedule.timesteps)
    const noise = new PairNoise(bundle, pairs.count, seed)
    this.#noise = scope(() => held.draws.map((_, index) => noise.of(held, index).noise))
  }

  static async of(bundle: Bundle, pairs: EncodedPairs, seed: number): Promise<Likeness> {
    const { resolution } = bundle.manifest
    const [photos, sketches] = await Promise.all([
      imagesOf(pairs.photos, resolution),
      imagesOf(pairs.sketches, resolution),
    ])
    const truths = await Promise.all(sketches.map((sketch, row) => truthOf(photos[row] as Image, sketch)))
    return new Likeness(bundle, pairs, truths, seed)
  }

  /**
   * @param contexts each [1, tokens, width]; all are drawn in one batch.
   * @returns of each, SSIM + FSIM + SCOOT + 2 times the likeness of the face to the photo's, up to that of the artist's drawing, less
   * 10 times the distance of stroke statistics and 5 times that of colour; the mean over the pairs.
   */
  async scores(contexts: readonly Tensor[]): Promise<number[]> {
    using drawings = scope(() => noGrad(() => this.#draw(contexts)))
    const drawn = await imagesOf(drawings, this.#bundle.manifest.resolution)
    const each = await Promise.all(drawn.map((image, row) => likeness(image, this.#truthOf(row))))
    const { count } = this.#pairs
    return contexts.map((_, at) => mean(each.slice(at * count, (at + 1) * count)))
  }

  dispose(): void {
    this.#negative.dispose()
    for (const noise of this.#noise) noise.dispose()
  }

  #truthOf(row: number): Truth {
    return this.#truths[row % this.#pairs.count] as Truth
  }

  /** [B * P, 3, H, W]; all pairs of the first context first. */
  #draw(contexts: readonly Tensor[]): Tensor {
    const { photoLatents, count } = this.#pairs
    const times = contexts.length
    return drawPairs(this.#bundle, this.#schedule, {
      sampler: DEFAULT_SAMPLER,
      steps: this.#bundle.manifest.steps,
      photoLatents: repeatRows(photoLatents, times),
      context: cat(contexts.map((context) => context.expand([count, -1, -1]))),
      negative: this.#negative.expand([times * count, -1, -1]),
      noise: (draw) => repeatRows(this.#noise[draw] as Tensor, times),
    })
  }
}

async function truthOf(photo: Image, sketch: Image): Promise<Truth> {
  const grey = toGrey(sketch)
  return { sketch, grey, strokes: strokeStatistics([grey]), face: await faceOf(photo, sketch) }
}

async function faceOf(photo: Image, sketch: Image): Promise<Truth['face']> {
  const [face] = await detectFaces(photo, { portrait: true })
  if (!face) return undefined
  const { box } = face
  const descriptor = await faceFeatures(photo, box)
  return { box, descriptor, kept: await keptOf(sketch, box, descriptor) }
}

/** How much of a face a drawing of it keeps: the cosine of its descriptor and the photo's. */
async function keptOf(drawing: Image, box: Box, descriptor: Features): Promise<number> {
  return cosine(await faceFeatures(drawing, box), 0, descriptor, 0)
}

async function likeness(drawing: Image, { sketch, grey: wanted, strokes, face }: Truth): Promise<number> {
  const grey = toGrey(drawing)
  const alike = ssim(grey, wanted) + (await fsim(grey, wanted)) + scoot(grey, wanted)
  const apart = STROKES * strokeDistance(strokeStatistics([grey]), strokes)
  const kept = face ? Math.min(await keptOf(drawing, face.box, face.descriptor), face.kept) : 0
  return alike + FACE * kept - apart - COLOUR * colourDistance(drawing, sketch)
}

/** What measures of grey do not see: a brown cartoon is no pencil sketch. The mean distance of red - green and green - blue, in [0, 2]. */
export function colourDistance(one: Image, other: Image): number {
  const size = one.width * one.height
  const difference = (at: number) => (one.data[at] as number) - (other.data[at] as number)
  let sum = 0
  for (let i = 0; i < size; i++) {
    const [red, green, blue] = [difference(i), difference(i + size), difference(i + 2 * size)]
    sum += Math.abs(red - green) + Math.abs(green - blue)
  }
  // Pixels are in [-1, 1].
  return sum / size / 2
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
