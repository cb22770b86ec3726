/** Similarities in CLIP's image space. The features are image_encode's, normalised to length 1 or not. */
import { cosine, type Features, requireMatched } from './features.js'

/** Cosine of each picture's features with its truth's: from -1 to 1, 1 for the same direction. */
export function clipSimilarity(prediction: Features, truth: Features): number[] {
  requireMatched(prediction, truth)
  return Array.from({ length: truth.count }, (_, row) => cosine(prediction, row, truth, row))
}

/**
 * Whether a photo was changed as the artist changes one: cosine of (sketch drawn - its photo) with (artist's sketch -
 * its photo), row by row, the two directions between unnormalised features (StyleGAN-NADA, 2108.00946; VISII, 2307.14331).
 * From -1 to 1; 0 where nothing was changed.
 */
export function editDirectionSimilarity(prediction: Edit, truth: Edit): number[] {
  return clipSimilarity(difference(prediction), difference(truth))
}

/** Features of photos, and of what was made of them. */
export interface Edit {
  before: Features
  after: Features
}

function difference({ before, after }: Edit): Features {
  requireMatched(after, before)
  const data = Float64Array.from(after.data, (value, i) => value - (before.data[i] as number))
  return { ...after, data }
}
