/** FID and KID of a set, from what FID's network says of its pictures. */
import { type Features, joinFeatures } from './features.js'
import { FeatureStatistics, frechetDistance } from './fid.js'
import type { InceptionResize } from './inception-input.js'
import { kernelDistance } from './kid.js'
import type { SetScore, SetScores } from './set-scores.js'

interface Compared {
  prediction: Features
  truth: Features
}

/** @param pictures at least one, one row of features each. */
export async function setDistances(
  pictures: readonly Record<InceptionResize, Compared>[],
): Promise<Pick<SetScores, 'fid' | 'fid-clean' | 'kid'>> {
  const count = pictures.length
  const alone: SetScore = { value: null, count, note: 'needs at least 2 pictures' }
  if (count < 2) return { fid: alone, 'fid-clean': alone, kid: alone }
  const of = (resize: InceptionResize): Compared => ({
    prediction: joinFeatures(pictures.map((picture) => picture[resize].prediction)),
    truth: joinFeatures(pictures.map((picture) => picture[resize].truth)),
  })
  const legacy = of('pytorch-fid')
  return {
    fid: await frechet(legacy),
    'fid-clean': await frechet(of('clean-fid')),
    kid: await kernel(legacy),
  }
}

async function frechet({ prediction, truth }: Compared): Promise<SetScore> {
  using ours = new FeatureStatistics(prediction.width)
  using theirs = new FeatureStatistics(truth.width)
  ours.add(prediction)
  theirs.add(truth)
  const { distance, warning } = await frechetDistance(ours, theirs)
  return { value: distance, count: truth.count, ...(warning !== undefined && { note: warning }) }
}

/** Of subsets that are the same in every run. */
async function kernel({ prediction, truth }: Compared): Promise<SetScore> {
  const { mean, deviation, subsets, subsetSize } = await kernelDistance(prediction, truth, { seed: 0 })
  const note = `standard deviation ${deviation.toFixed(4)} over ${subsets} subsets of ${subsetSize} pictures`
  return { value: mean, count: truth.count, note }
}
