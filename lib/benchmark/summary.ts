/** What a benchmark's runs come to: one row a method. */
import { factsOf, METRIC_NAMES, type MetricName } from '../metrics/catalogue.js'
import type { Results, Run } from './results.js'
import { deviation, mean } from './statistics.js'

/** Of a method's runs, over learning pairs and seeds. */
export interface Spread {
  mean: number
  /** Of a sample; null for one run. */
  deviation: number | null
  runs: number
}

export interface MethodSummary extends Pick<Run, 'method' | 'label' | 'protocol'> {
  runs: Run[]
  /** Where a method has variants, those of the best of them by each metric. */
  scores: Partial<Record<MetricName, Spread>>
  /** In seconds. */
  timings: Partial<Record<keyof Run['timings'], Spread>>
}

/**
 * In the order of the runs.
 * @param source of the pictures that scores are of, where there are several; default all.
 */
export function summarise({ runs }: Pick<Results, 'runs'>, source?: string): MethodSummary[] {
  const setOf = (run: Run) => (source === undefined ? run.set : (run.setBySource[source] ?? {}))
  return [...grouped(runs, ({ method }) => method).values()].map((own) => {
    const [{ method, label, protocol }] = own as [Run]
    return {
      ...{ method, label, protocol },
      runs: own,
      scores: scoresOf(own, setOf),
      timings: timingsOf(own),
    }
  })
}

/** Metrics that some run has a value of, in the order of tables. */
export const takenMetrics = ({ runs }: Pick<Results, 'runs'>): MetricName[] =>
  METRIC_NAMES.filter((metric) => runs.some(({ set }) => typeof set[metric]?.value === 'number'))

/** Whether a value is better than another. */
export const isBetter = (metric: MetricName, a: number, b: number): boolean =>
  factsOf(metric).better === 'higher' ? a > b : a < b

function scoresOf(runs: readonly Run[], setOf: (run: Run) => Run['set']): MethodSummary['scores'] {
  const scores: MethodSummary['scores'] = {}
  const variants = [...grouped(runs, ({ variant }) => variant).values()]
  for (const metric of METRIC_NAMES) {
    const spreads = variants.flatMap((own) => spreadOf(own.map((run) => setOf(run)[metric]?.value)) ?? [])
    if (spreads.length === 0) continue
    scores[metric] = spreads.reduce((best, one) => (isBetter(metric, one.mean, best.mean) ? one : best))
  }
  return scores
}

function timingsOf(runs: readonly Run[]): MethodSummary['timings'] {
  const timings: MethodSummary['timings'] = {}
  for (const part of ['load', 'pez', 'learning', 'inference'] as const) {
    const spread = spreadOf(runs.map(({ timings }) => timings[part]))
    if (spread) timings[part] = spread
  }
  return timings
}

/** Of those that have a value; undefined where none has. */
export function spreadOf(values: readonly (number | null | undefined)[]): Spread | undefined {
  const known = values.filter((value) => typeof value === 'number')
  if (known.length === 0) return undefined
  return { mean: mean(known), deviation: deviation(known), runs: known.length }
}

function grouped<T, Key>(items: readonly T[], keyOf: (item: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return groups
}
