/** Cells that several tables have: scores and seconds of methods, with their spread. */
import { factsOf, formatScore, type MetricName } from '../metrics/catalogue.js'
import type { Run } from './results.js'
import { type MethodSummary, type Spread, spreadOf } from './summary.js'
import { type Cell, ranked } from './table.js'

export function headingOf(metric: MetricName): string {
  const { heading, better, unit } = factsOf(metric)
  return `${heading}${unit ? ` (${unit})` : ''} ${better === 'higher' ? '↑' : '↓'}`
}

export function labelOf({ label, runs }: MethodSummary): string {
  const variants = new Set(runs.map(({ variant }) => variant)).size
  return variants > 1 ? `${label}, best of ${variants} by each metric` : label
}

export function scoreCells(metric: MetricName, methods: readonly MethodSummary[]): Cell[] {
  const cells = methods.map(({ scores }) => ({
    value: scores[metric]?.mean,
    text: withSpread(scores[metric], (value) => formatScore(metric, value)),
  }))
  return ranked(cells, factsOf(metric).better)
}

function withSpread(spread: Spread | undefined, format: (value: number) => string): string {
  if (!spread) return '-'
  const { mean, deviation } = spread
  return deviation === null ? format(mean) : `${format(mean)} ± ${format(deviation)}`
}

const formatSeconds = (value: number): string => (value < 100 ? value.toFixed(2) : value.toFixed(0))

const secondsText = (spread: Spread | undefined): string => withSpread(spread, formatSeconds)

export const secondsTexts = (part: keyof Run['timings'], methods: readonly MethodSummary[]) =>
  methods.map(({ timings }) => ({ value: timings[part]?.mean, text: secondsText(timings[part]) }))

export const secondsCells = (part: keyof Run['timings'], methods: readonly MethodSummary[]): Cell[] =>
  secondsTexts(part, methods).map(({ text }) => ({ text }))

/** PEZ and learning together, of each run that tells both. */
export function learningTexts(
  methods: readonly MethodSummary[],
): { value: number | undefined; text: string }[] {
  return methods.map(({ runs }) => {
    const spread = spreadOf(runs.map(totalSeconds))
    return { value: spread?.mean, text: secondsText(spread) }
  })
}

/** A search that was made but not timed leaves the whole unknown. */
function totalSeconds({ timings: { pez, learning }, settings }: Run): number | null {
  if (learning === null || (pez === null && settings.text === null)) return null
  return (pez ?? 0) + learning
}
