import { cosine, type Features, requireMatched } from './features.js'

/**
 * Similarity in CLIP's image space: cosine of each picture's features, image_encode's, with its truth's. From -1 to 1, 1 for the
 * same direction, whatever the features' lengths. Not comparable between networks.
 * @returns one a row.
 * @throws INVALID_ARGUMENT for features of other sizes than each other's, none, or some that are no finite numbers.
 */
export function clipSimilarity(prediction: Features, truth: Features): number[] {
  requireMatched(prediction, truth)
  return Array.from({ length: truth.count }, (_, row) => cosine(prediction, row, truth, row))
}

/**
 * Whether a photo was changed as the artist changes one: cosine of (sketch drawn - its photo) with (artist's sketch -
 * its photo), row by row, the two directions between unnormalised features (StyleGAN-NADA, 2108.00946; VISII, 2307.14331).
 * From -1 to 1; 0 where nothing was changed.
 * @returns one a row.
 * @throws INVALID_ARGUMENT as clipSimilarity.
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
