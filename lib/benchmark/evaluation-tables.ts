/** An evaluation as text and as CSV. */
import { csv } from '../data/csv.js'
import { factsOf, formatScore, METRIC_NAMES, type MetricName } from '../metrics/catalogue.js'
import type { Evaluation } from './evaluate.js'

const OVERALL = 'overall'

/** Columns of what could be scored, a line a picture and one for all; below it what is blank, and why. */
export function evaluationText({ pictures, set }: Evaluation): string {
  const shown = METRIC_NAMES.filter((metric) => typeof set[metric]?.value === 'number')
  const rows = [
    ['picture', ...shown.map(heading)],
    ...pictures.map(({ name, scores }) => [name, ...shown.map((metric) => cell(metric, scores[metric]))]),
    [`${OVERALL} (${pictures.length})`, ...shown.map((metric) => formatScore(metric, set[metric]?.value))],
  ]
  return [...aligned(rows), ...notes(set)].join('\n')
}

/** Every metric a column, blank where there is no score; `kind` tells a picture's line from that of all. */
export function evaluationCsv({ pictures, set }: Evaluation): string {
  const rows = [
    ['kind', 'name', 'prediction', 'truth', ...METRIC_NAMES],
    ...pictures.map(({ name, prediction, truth, scores }) => [
      ...['picture', name, prediction, truth],
      ...METRIC_NAMES.map((metric) => scores[metric]),
    ]),
    [OVERALL, '', '', '', ...METRIC_NAMES.map((metric) => set[metric]?.value)],
  ]
  return csv(rows)
}

function heading(metric: MetricName): string {
  const { heading, better, unit } = factsOf(metric)
  return `${heading} ${better === 'higher' ? '↑' : '↓'}${unit ? ` ${unit}` : ''}`
}

/** What is scored of the set alone has nothing to say of a picture. */
const cell = (metric: MetricName, value: number | undefined): string =>
  factsOf(metric).of === 'set' ? '' : formatScore(metric, value)

/** Names to the left, numbers to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] as readonly string[]).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] as string).length)),
  )
  return rows.map((row) =>
    row
      .map((text, column) => {
        const width = widths[column] as number
        return column === 0 ? text.padEnd(width) : text.padStart(width)
      })
      .join('  ')
      .trimEnd(),
  )
}

function notes(set: Evaluation['set']): string[] {
  const noted = METRIC_NAMES.filter((metric) => set[metric]?.note !== undefined)
  return noted.map((metric) => {
    const blank = set[metric]?.value === null ? 'blank: ' : ''
    return `${factsOf(metric).heading}: ${blank}${set[metric]?.note}`
  })
}
