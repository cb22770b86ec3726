import { cosine, type Features, requireMatched } from './features.js'

/** How well faces can still be told. */
export interface Identity {
  /** Mean cosine of matched rows, from -1 to 1. */
  similarity: number
  /** Share of the predictions, from 0 to 1, whose most similar truth is their own. */
  rankOne: number
  /** Faces compared. Among few, rankOne is easy: by chance it is 1 / count. */
  count: number
}

/**
 * Whether faces can still be told: row i of the face descriptors belongs to person i in both, by cosine similarity, as
 * face identification is scored. A tie for the first rank is a miss, so that equal descriptors score nothing.
 * @throws INVALID_ARGUMENT for features of other sizes than each other's, none, or some that are no finite numbers.
 */
export function identity(prediction: Features, truth: Features): Identity {
  requireMatched(prediction, truth)
  const { count } = truth
  let similarity = 0
  let hits = 0
  for (let row = 0; row < count; row++) {
    const own = cosine(prediction, row, truth, row)
    similarity += own / count
    let isFirst = true
    for (let other = 0; other < count; other++) {
      if (other !== row && cosine(prediction, row, truth, other) >= own) isFirst = false
    }
    if (isFirst) hits++
  }
  return { similarity, rankOne: hits / count, count }
}
