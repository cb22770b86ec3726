/** Scores of a set of pictures, from what is kept of each. */
import { factsOf, METRIC_NAMES, type MetricName, type Reasons, type Scores } from './catalogue.js'
import { type Features, joinFeatures } from './features.js'
import { identity } from './identity.js'
import type { InceptionSet } from './inception-set.js'
import { meanStrokes, type StrokeStatistics, strokeDistance } from './strokes.js'

/** What of a pair of pictures the set's scores are made of, FID and KID apart: about 2 KB. */
export interface ScoredParts {
  scores: Scores
  reasons: Reasons
  strokes: { prediction: StrokeStatistics; truth: StrokeStatistics }
  /** Face descriptors, one row each: rank-1 compares every prediction with every truth. */
  faces?: { prediction: Features; truth: Features } | undefined
}

/** A score of a set of pictures. */
export interface SetScore {
  value: number | null
  /** Pictures that it is of. */
  count: number
  /** Why the value is missing, or what it is not of. */
  note?: string
}

/** Scores of a set: means of what is scored by picture, and what is scored of the set alone. */
export type SetScores = Partial<Record<MetricName, SetScore>>

/**
 * @param inception what FID's network said of the pictures, where there is one.
 * @param absent why metrics cannot be taken at all.
 */
export async function setScores(
  parts: readonly ScoredParts[],
  inception: InceptionSet | undefined,
  absent: Reasons,
): Promise<SetScores> {
  const set: SetScores = {}
  for (const metric of METRIC_NAMES) {
    const reason = absent[metric]
    if (reason !== undefined) set[metric] = { value: null, count: 0, note: reason }
    else if (factsOf(metric).of === 'picture') set[metric] = meanOf(metric, parts)
  }
  if (parts.length === 0) return set
  set.strokes = { value: strokesApart(parts), count: parts.length }
  return { ...set, 'rank-1': rankOne(parts), ...(await inception?.scores()) }
}

function meanOf(metric: MetricName, parts: readonly ScoredParts[]): SetScore {
  const values = parts.flatMap(({ scores }) => scores[metric] ?? [])
  const count = values.length
  const value = count === 0 ? null : values.reduce((sum, value) => sum + value, 0) / count
  const reason = parts.find(({ reasons }) => reasons[metric])?.reasons[metric]
  if (reason === undefined) return { value, count }
  return { value, count, note: count === 0 ? reason : `not of ${parts.length - count} pictures: ${reason}` }
}

function strokesApart(parts: readonly ScoredParts[]): number {
  const of = (side: 'prediction' | 'truth') => meanStrokes(parts.map(({ strokes }) => strokes[side]))
  return strokeDistance(of('prediction'), of('truth'))
}

function rankOne(parts: readonly ScoredParts[]): SetScore {
  const found = parts.flatMap(({ faces }) => faces ?? [])
  if (found.length < 2) return { value: null, count: found.length, note: 'needs at least 2 faces' }
  const of = (side: 'prediction' | 'truth') => joinFeatures(found.map((faces) => faces[side]))
  const { rankOne: value, count } = identity(of('prediction'), of('truth'))
  return { value, count }
}
