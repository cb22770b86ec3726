/** FID and KID of a set, from what FID's network says of its pictures. */

import { FeatureStatistics } from './feature-statistics.js'
import { type Features, joinFeatures } from './features.js'
import { frechetDistance } from './fid.js'
import type { InceptionResize } from './inception-input.js'
import { kernelDistance } from './kid.js'
import type { SetScore, SetScores } from './set-scores.js'

interface Sides<T> {
  prediction: T
  truth: T
}

/** Of one prediction and its truth: one row of features each. */
export type InceptionPair = Record<InceptionResize, Sides<Features>>

/**
 * What is kept of the pictures of a set. FID is of sums, which take the same memory however many there are. KID compares
 * pictures with pictures, in subsets of the whole set: of each, pytorch-fid's features stay, 16 KB a pair.
 */
export class InceptionSet {
  readonly #width: number
  readonly #pytorch: SidesSums
  readonly #clean: SidesSums
  readonly #features: Sides<Features>[] = []

  /** @param width numbers a picture. */
  constructor(width: number) {
    this.#width = width
    this.#pytorch = new SidesSums(width)
    this.#clean = new SidesSums(width)
  }

  /** Of sets of one network, at least one. */
  static joined(sets: readonly InceptionSet[]): InceptionSet {
    const whole = new InceptionSet((sets[0] as InceptionSet).#width)
    for (const set of sets) {
      whole.#pytorch.merge(set.#pytorch)
      whole.#clean.merge(set.#clean)
      for (const features of set.#features) whole.#features.push(features)
    }
    return whole
  }

  add(pair: InceptionPair): void {
    this.#pytorch.add(pair['pytorch-fid'])
    this.#clean.add(pair['clean-fid'])
    this.#features.push(pair['pytorch-fid'])
  }

  async scores(): Promise<Pick<SetScores, 'fid' | 'fid-clean' | 'kid'>> {
    const count = this.#features.length
    const alone: SetScore = { value: null, count, note: 'needs at least 2 pictures' }
    if (count < 2) return { fid: alone, 'fid-clean': alone, kid: alone }
    return {
      fid: await frechet(this.#pytorch),
      'fid-clean': await frechet(this.#clean),
      kid: await kernel(this.#features),
    }
  }
}

class SidesSums implements Sides<FeatureStatistics> {
  readonly prediction: FeatureStatistics
  readonly truth: FeatureStatistics

  constructor(width: number) {
    this.prediction = new FeatureStatistics(width)
    this.truth = new FeatureStatistics(width)
  }

  add({ prediction, truth }: Sides<Features>): void {
    this.prediction.add(prediction)
    this.truth.add(truth)
  }

  merge({ prediction, truth }: SidesSums): void {
    this.prediction.merge(prediction)
    this.truth.merge(truth)
  }
}

async function frechet({ prediction, truth }: Sides<FeatureStatistics>): Promise<SetScore> {
  const { distance, warning } = await frechetDistance(prediction, truth)
  return { value: distance, count: truth.count, ...(warning !== undefined && { note: warning }) }
}

/** Of subsets that are the same in every run. */
async function kernel(pairs: readonly Sides<Features>[]): Promise<SetScore> {
  const of = (side: 'prediction' | 'truth') => joinFeatures(pairs.map((pair) => pair[side]))
  const distance = await kernelDistance(of('prediction'), of('truth'), { seed: 0 })
  const { mean, deviation, subsets, subsetSize } = distance
  const note = `standard deviation ${deviation.toFixed(4)} over ${subsets} subsets of ${subsetSize} pictures`
  return { value: mean, count: pairs.length, note }
}
