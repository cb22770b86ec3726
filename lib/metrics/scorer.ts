/** All scores of predictions against their truths: of each picture as it comes, and of the whole set. */
import type { Bundle } from '../bundle/bundle.js'
import type { Image } from '../data/image.js'
import { fit } from '../data/resize.js'
import { noGrad, scope, tensor } from '../torch/index.js'
import { factsOf, METRIC_NAMES, type Reasons, type Scores } from './catalogue.js'
import { clipSimilarity, editDirectionSimilarity } from './clip-similarity.js'
import { type Comparable, comparable } from './comparable.js'
import type { Features } from './features.js'
import { fromGrey } from './grey.js'
import { networkReasons } from './networks.js'
import { pictureScores } from './picture-scores.js'
import { meanStrokes, type StrokeStatistics, strokeDistance, strokeStatistics } from './strokes.js'

export interface ScorerOptions {
  /** Puts predictions and truths through OS-Sketch's contrast normaliser. */
  normaliseContrast?: boolean
}

export interface Scored {
  scores: Scores
  /** Why those are missing that are missing in `scores`. */
  reasons: Reasons
}

export interface ScoredPicture extends Scored {
  /** What was done to make the two comparable. */
  compared: Pick<Comparable, 'resizedFrom' | 'colour'>
}

export interface ScoredSet extends Scored {
  /** Pictures. */
  count: number
}

const BY_PICTURE = METRIC_NAMES.filter((metric) => factsOf(metric).of === 'picture')
const NO_PHOTO = 'needs the photos'

export class Scorer {
  readonly #bundle: Bundle
  readonly #contrast: boolean
  readonly #absent: Reasons
  readonly #pictures: Scored[] = []
  readonly #strokes: Record<'prediction' | 'truth', StrokeStatistics[]> = { prediction: [], truth: [] }

  /** @param bundle whose CLIP says how similar pictures are; it stays the caller's. */
  constructor(bundle: Bundle, { normaliseContrast = false }: ScorerOptions = {}) {
    this.#bundle = bundle
    this.#absent = networkReasons(bundle.manifest)
    this.#contrast = normaliseContrast
  }

  /**
   * @param photo what was sketched, for the edit direction.
   * @throws INVALID_ARGUMENT for a truth with a side below 11 px.
   */
  async add(prediction: Image, truth: Image, photo?: Image): Promise<ScoredPicture> {
    const pair = await comparable(prediction, truth, { contrast: this.#contrast })
    const { scores, reasons } = await pictureScores(pair.prediction, pair.truth)
    Object.assign(scores, await this.#clip(fromGrey(pair.prediction), fromGrey(pair.truth), photo))
    if (!photo) reasons['edit-direction'] = NO_PHOTO
    for (const side of ['prediction', 'truth'] as const)
      this.#strokes[side].push(strokeStatistics([pair[side]]))
    this.#pictures.push({ scores, reasons })
    const { resizedFrom, colour } = pair
    return { scores, reasons, compared: { colour, ...(resizedFrom && { resizedFrom }) } }
  }

  /** Of all that was added: means of what is scored by picture, and what is scored of the set alone. */
  set(): ScoredSet {
    const count = this.#pictures.length
    const { scores, reasons } = meanScores(this.#pictures)
    if (count > 0)
      scores.strokes = strokeDistance(meanStrokes(this.#strokes.prediction), meanStrokes(this.#strokes.truth))
    return { count, scores, reasons }
  }

  async #clip(prediction: Image, truth: Image, photo?: Image): Promise<Scores> {
    const [ours, theirs, before] = await Promise.all(
      [prediction, truth, photo].map((image) => image && this.#features(image)),
    )
    const [clip] = clipSimilarity(ours as Features, theirs as Features)
    if (!before) return { clip }
    const [direction] = editDirectionSimilarity(
      { before, after: ours as Features },
      { before, after: theirs as Features },
    )
    return { clip, 'edit-direction': direction }
  }

  async #features(picture: Image): Promise<Features> {
    const { image } = await fit(picture, this.#bundle.manifest.resolution)
    const { width, height, data } = image
    const features = noGrad(() =>
      scope(() => this.#bundle.images.encode(tensor(data, [1, 3, height, width]))),
    )
    const numbers = (await features.toArray()) as Float32Array
    features.dispose()
    return { count: 1, width: numbers.length, data: numbers }
  }
}

/** A mean stands for all pictures or for none: where one has no score, neither has the set. */
function meanScores(pictures: readonly Scored[]): Scored {
  const scores: Scores = {}
  const reasons: Reasons = {}
  for (const metric of BY_PICTURE) {
    const values = pictures.flatMap(({ scores }) => scores[metric] ?? [])
    const lacking = pictures.length - values.length
    const reason = pictures.find(({ reasons }) => reasons[metric])?.reasons[metric]
    if (lacking === 0) scores[metric] = values.reduce((sum, value) => sum + value, 0) / values.length
    else reasons[metric] = lacking === pictures.length ? reason : `${lacking} pictures: ${reason}`
  }
  return { scores, reasons }
}
