/** Whether two methods differ by more than chance on the same photos. */
import { factsOf, METRIC_NAMES, type MetricName } from '../metrics/catalogue.js'
import { generator } from '../style/random.js'
import type { Results, Run } from './results.js'
import { mean } from './statistics.js'
import { isBetter } from './summary.js'

export interface Comparison {
  metric: MetricName
  method: string
  against: string
  /** Mean over the photos of `against` minus that of `method`. */
  difference: number
  /** Two-sided, by `FLIPS` random flips, Holm's correction over the methods compared by this metric. */
  p: number
  photos: number
}

/** Flips of the permutation test; p is at least 1 / (FLIPS + 1). */
export const FLIPS = 10_000

/** A method's score of each photo, the mean over its learning pairs and seeds. */
type ByPhoto = Map<string, number>

/**
 * A method against each other one, by every metric of pictures: paired permutation test on the photos' scores, each a mean
 * over the runs. Of a method with variants, the best one by the metric.
 */
export function compareMethods({ runs }: Pick<Results, 'runs'>, method: string, seed = 0): Comparison[] {
  const others = [...new Set(runs.map(({ method }) => method))].filter((name) => name !== method)
  return METRIC_NAMES.filter((metric) => factsOf(metric).of === 'picture').flatMap((metric) => {
    const own = scoresOf(runs, method, metric)
    const comparisons = others.flatMap((against) => {
      const compared = compare(own, scoresOf(runs, against, metric), seed)
      return compared ? [{ metric, method, against, ...compared }] : []
    })
    return holm(comparisons)
  })
}

/** Sign flips of the differences: those of mean at least as large as the one found are counted. */
export function permutationTest(differences: readonly number[], seed: number): number {
  const random = generator(seed)
  const sum = (signed: (difference: number) => number) =>
    Math.abs(differences.reduce((total, difference) => total + signed(difference), 0))
  // Rounding must not make a tie a smaller one.
  const found = sum((difference) => difference) * (1 - 1e-12)
  let extreme = 0
  for (let flip = 0; flip < FLIPS; flip++)
    if (sum((difference) => (random() < 0.5 ? -difference : difference)) >= found) extreme++
  return (extreme + 1) / (FLIPS + 1)
}

function compare(
  own: ByPhoto,
  other: ByPhoto,
  seed: number,
): Pick<Comparison, 'difference' | 'p' | 'photos'> | undefined {
  const shared = [...own.keys()].filter((stem) => other.has(stem))
  if (shared.length === 0) return undefined
  const differences = shared.map((stem) => (other.get(stem) as number) - (own.get(stem) as number))
  return { difference: mean(differences), p: permutationTest(differences, seed), photos: shared.length }
}

function scoresOf(runs: readonly Run[], method: string, metric: MetricName): ByPhoto {
  const own = runs.filter((run) => run.method === method)
  const variants = [...new Set(own.map(({ variant }) => variant))]
  const all = variants.map((variant) =>
    byPhoto(
      own.filter((run) => run.variant === variant),
      metric,
    ),
  )
  const known = all.filter(({ size }) => size > 0)
  const overall = (scores: ByPhoto) => mean([...scores.values()])
  return known.reduce(
    (best, one) => (isBetter(metric, overall(one), overall(best)) ? one : best),
    known[0] ?? new Map(),
  )
}

function byPhoto(runs: readonly Run[], metric: MetricName): ByPhoto {
  const scores = new Map<string, number[]>()
  for (const { stem, scores: own } of runs.flatMap(({ images }) => images)) {
    const value = own[metric]
    if (typeof value === 'number') scores.set(stem, [...(scores.get(stem) ?? []), value])
  }
  return new Map([...scores].map(([stem, values]) => [stem, mean(values)]))
}

/** Holm's step-down: the k-th smallest of m is multiplied by m - k + 1, never below the one before. */
function holm(comparisons: readonly Comparison[]): Comparison[] {
  const corrected = new Map<Comparison, number>()
  let least = 0
  for (const [rank, one] of comparisons.toSorted((a, b) => a.p - b.p).entries()) {
    least = Math.max(least, Math.min(1, one.p * (comparisons.length - rank)))
    corrected.set(one, least)
  }
  return comparisons.map((one) => ({ ...one, p: corrected.get(one) as number }))
}
