import { formatScore, METRIC_NAMES, type MetricName } from '../metrics/catalogue.js'
import type { Results } from './results.js'
import { headingOf, labelOf } from './score-cells.js'
import { compareMethods, FLIPS } from './significance.js'
import { summarise } from './summary.js'
import type { Cell, Table } from './table.js'

/** The first of our methods, or else the first, against all others. */
export function significanceTable(results: Pick<Results, 'runs'>): Table {
  const names = results.runs.map(({ method }) => method)
  const reference = names.find((name) => name === 'ours') ?? names[0] ?? ''
  const comparisons = compareMethods(results, reference)
  const metrics = METRIC_NAMES.filter((metric) => comparisons.some((one) => one.metric === metric))
  const methods = summarise(results).filter(({ method }) => method !== reference)
  const cell = (method: string, metric: MetricName): Cell => {
    const found = comparisons.find((one) => one.against === method && one.metric === metric)
    if (!found) return { text: '-' }
    const sign = found.difference < 0 ? '' : '+'
    return { text: `${sign}${formatScore(metric, found.difference)} (p ${pText(found.p)})` }
  }
  const photos = comparisons[0]?.photos
  return {
    title: `Differences to ${reference}, and whether they are more than chance`,
    head: ['Method', ...metrics.map(headingOf)],
    rows: methods.map((method) => ({
      label: labelOf(method),
      cells: metrics.map((metric) => cell(method.method, metric)),
    })),
    notes: [
      `Mean differences over the photos (${photos}), of each the mean over learning pairs and seeds. p: two-sided paired permutation test, ${FLIPS} random sign flips of seed 0, Holm's correction over the methods of a column.`,
      'The photos are the sample: what another learning pair would change is told by ± in Table 1.',
    ],
  }
}

const pText = (p: number): string => (p < 0.001 ? '< 0.001' : p.toFixed(3))
