import type { Bundle } from '../bundle/bundle.js'
import { detectFaces } from '../data/face-detector.js'
import type { Image } from '../data/image.js'
import { fit } from '../data/resize.js'
import { noGrad, scope, tensor } from '../torch/index.js'
import type { Reasons, Scores } from './catalogue.js'
import { clipSimilarity, editDirectionSimilarity } from './clip-similarity.js'
import { type Changes, comparable } from './comparable.js'
import { faceFeatures } from './face-features.js'
import { cosine, type Features } from './features.js'
import { fromGrey } from './grey.js'
import type { InceptionResize } from './inception-input.js'
import { type InceptionPair, InceptionSet } from './inception-set.js'
import { LPIPS_CHANNELS, LPIPS_SMALLEST_SIDE, type LpipsNetwork } from './lpips.js'
import type { MetricNetworks } from './metric-networks.js'
import { networkReasons } from './networks.js'
import { pictureScores } from './picture-scores.js'
import { type ScoredParts, type SetScores, setScores } from './set-scores.js'
import { strokeStatistics } from './strokes.js'

/** How pictures are scored. */
export interface ScorerOptions {
  /** Puts predictions and truths through OS-Sketch's contrast normaliser. */
  normaliseContrast?: boolean
  /** Without them LPIPS, FID and KID stay blank. They stay the caller's. */
  networks?: MetricNetworks | undefined
}

/** What a Scorer found of a picture. */
export interface ScoredPicture {
  /** PSNR of equal pictures is Infinity. */
  scores: Scores
  /** Why those are missing that are missing in `scores`. */
  reasons: Reasons
  changes: Changes
}

/** What is known of a pair beside its pictures. */
export interface PairFacts {
  /** What was sketched, for the edit direction. */
  photo?: Image
  /** The data set it is from, whose pictures can be scored apart. */
  source?: string
}

/**
 * All scores of predictions against their truths: of each picture as it comes, and of the set. Of a picture it keeps what
 * scores of a set need: about 2 KB a pair, and 16 KB more for KID. Of FID, sums by source, however many pictures there are.
 */
export class Scorer {
  readonly #bundle: Bundle
  readonly #contrast: boolean
  readonly #networks: MetricNetworks | undefined
  /** What there is no network for, of a picture and of a set. */
  readonly #absent: Record<'picture' | 'set', Reasons>
  readonly #parts: (ScoredParts & { source: string })[] = []
  /** By source. */
  readonly #inception = new Map<string, InceptionSet>()

  /**
   * Nothing is opened yet.
   * @param bundle whose CLIP says how similar pictures are; it stays the caller's.
   */
  constructor(bundle: Bundle, { normaliseContrast = false, networks }: ScorerOptions = {}) {
    this.#bundle = bundle
    this.#contrast = normaliseContrast
    this.#networks = networks
    this.#absent = networkReasons(networks)
  }

  /**
   * Scores a prediction against its truth, both in the frame that is compared.
   * @throws INVALID_ARGUMENT for a truth with a side below 11 px.
   */
  async add(prediction: Image, truth: Image, { photo, source = '' }: PairFacts = {}): Promise<ScoredPicture> {
    const pair = await comparable(prediction, truth, { normaliseContrast: this.#contrast })
    const [ours, theirs] = [fromGrey(pair.prediction), fromGrey(pair.truth)]
    // The faces are looked at in threads of their own.
    const descriptors = describePair(ours, theirs)
    descriptors.catch(() => {})
    const { scores, reasons } = await pictureScores(pair.prediction, pair.truth)
    Object.assign(reasons, this.#absent.picture)
    if (this.#networks) await scoreLpips(this.#networks, ours, theirs, { scores, reasons })
    Object.assign(scores, await this.#clip(ours, theirs, photo))
    if (!photo) reasons['edit-direction'] = 'needs the photos'
    const faces = await descriptors
    if (faces) scores.identity = cosine(faces.prediction, 0, faces.truth, 0)
    else reasons.identity = 'no face was found in the truth'
    await this.#addInception(ours, theirs, source)
    this.#parts.push({
      ...{ source, scores, reasons, faces },
      strokes: { prediction: strokeStatistics([pair.prediction]), truth: strokeStatistics([pair.truth]) },
    })
    const { resized, colour } = pair
    return { scores, reasons, changes: { colour, ...(resized && { resized }) } }
  }

  /**
   * Of all that was added: means of what is scored by picture, and what is scored of the set alone.
   * @param source of its pictures alone.
   */
  set(source?: string): Promise<SetScores> {
    const isKept = (other: string) => source === undefined || other === source
    const parts = this.#parts.filter((part) => isKept(part.source))
    const inception = [...this.#inception].flatMap(([other, set]) => (isKept(other) ? set : []))
    return setScores(parts, inception.length > 0 ? InceptionSet.joined(inception) : undefined, {
      ...this.#absent.picture,
      ...this.#absent.set,
    })
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

  async #addInception(prediction: Image, truth: Image, source: string): Promise<void> {
    if (!this.#networks?.has('fid_inception')) return
    const pair = await inceptionOf(this.#networks, prediction, truth)
    const set = this.#inception.get(source) ?? new InceptionSet(pair['pytorch-fid'].truth.width)
    set.add(pair)
    this.#inception.set(source, set)
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

async function inceptionOf(
  networks: MetricNetworks,
  prediction: Image,
  truth: Image,
): Promise<InceptionPair> {
  const by = async (resize: InceptionResize) => ({
    prediction: await networks.inception(prediction, resize),
    truth: await networks.inception(truth, resize),
  })
  return { 'pytorch-fid': await by('pytorch-fid'), 'clean-fid': await by('clean-fid') }
}

/** By each network there is: into `scores`, or why not into `reasons`. */
async function scoreLpips(
  networks: MetricNetworks,
  prediction: Image,
  truth: Image,
  { scores, reasons }: Pick<ScoredPicture, 'scores' | 'reasons'>,
): Promise<void> {
  const side = Math.min(truth.width, truth.height)
  for (const net of Object.keys(LPIPS_CHANNELS) as LpipsNetwork[]) {
    if (!networks.has(`lpips_${net}`)) continue
    const smallest = LPIPS_SMALLEST_SIDE[net]
    if (side < smallest) reasons[`lpips-${net}`] = `needs sides of at least ${smallest} px, has ${side}`
    else scores[`lpips-${net}`] = await networks.lpips(net, prediction, truth)
  }
}

/** Of the part of both pictures where the truth's surest face is: a bad prediction may have none that can be found. */
async function describePair(prediction: Image, truth: Image): Promise<ScoredParts['faces']> {
  const [face] = await detectFaces(truth)
  if (!face) return undefined
  return {
    prediction: await faceFeatures(prediction, face.box),
    truth: await faceFeatures(truth, face.box),
  }
}
