/** The paper's tables of a benchmark's results. */
import type { MetricName } from '../metrics/catalogue.js'
import { paperTable } from './paper.js'
import type { Results } from './results.js'
import { headingOf, labelOf, learningTexts, scoreCells, secondsCells, secondsTexts } from './score-cells.js'
import { significanceTable } from './significance-table.js'
import { type MethodSummary, summarise, takenMetrics } from './summary.js'
import { type Cell, ranked, type Table, toLatex, toMarkdown } from './table.js'
import {
  blankNotes,
  changeNotes,
  conditions,
  controlNotes,
  machineOf,
  SPREAD,
  sharedStyles,
} from './table-notes.js'

/** As the paper has them, blank where they could not be taken; the others follow where they were. */
const ALWAYS: readonly MetricName[] = ['ssim', 'lpips-alex', 'fid', 'kid']
const BESIDE_SECONDS: readonly MetricName[] = ['ssim', 'lpips-alex', 'fid', 'fsim', 'scoot', 'strokes']

export function resultTables(results: Results): Table[] {
  const { runs } = results
  const oneShot = { ...results, runs: runs.filter(({ protocol }) => protocol !== 'full-data') }
  const fullData = { ...results, runs: runs.filter(({ protocol }) => protocol === 'full-data') }
  return [
    qualityTable('Table 1. Quality', oneShot, conditions(results)),
    learningTable(oneShot),
    inferenceTable(oneShot),
    fullData.runs.length > 0 &&
      qualityTable('Trained on a whole data set: not to be compared with one-shot methods', fullData, [
        SPREAD,
      ]),
    ...sourceTables(oneShot),
    significanceTable(oneShot),
    paperTable(results),
  ].filter((table) => typeof table === 'object' && table.rows.length > 0 && table.head.length > 1) as Table[]
}

export const tablesAsMarkdown = (results: Results): string => resultTables(results).map(toMarkdown).join('\n')

export const tablesAsLatex = (results: Results): string =>
  `% \\usepackage{booktabs}\n${resultTables(results).map(toLatex).join('\n')}`

function qualityTable(title: string, results: Results, notes: readonly string[]): Table {
  const methods = summarise(results)
  const metrics = columnsOf(results)
  const columns = metrics.map((metric) => scoreCells(metric, methods))
  return {
    title,
    head: ['Method', ...metrics.map(headingOf)],
    rows: methods.map((method, row) => ({
      label: labelOf(method),
      cells: columns.map((column) => column[row] as Cell),
    })),
    notes: [
      ...notes,
      ...blankNotes(results, metrics),
      ...controlNotes(methods, metrics),
      ...changeNotes(methods),
    ],
  }
}

const columnsOf = (results: Pick<Results, 'runs'>): MetricName[] => [
  ...ALWAYS,
  ...takenMetrics(results).filter((metric) => !ALWAYS.includes(metric)),
]

/** Under the paper's Table 2: what learning took of one-shot methods that learn a style, and published ones that say. */
function learningTable(results: Results): Table {
  const learners = summarise(results).filter(
    ({ runs, timings }) =>
      timings.learning && runs.some(({ style, method }) => style || method.startsWith('external:')),
  )
  const shared = sharedStyles(results.runs)
  return {
    title: 'Table 2. Learning time',
    head: ['', ...learners.map(labelOf)],
    rows: [
      { label: 'PEZ and learning (s) ↓', cells: ranked(learningTexts(learners), 'lower') },
      { label: 'of which PEZ (s)', cells: secondsCells('pez', learners) },
      { label: 'of which learning (s)', cells: secondsCells('learning', learners) },
      ...qualityRows(learners),
    ],
    notes: [
      `Of one pair, on ${machineOf(results)}. Opening the bundle is not counted. Published methods: as their authors say.`,
      ...(shared.length > 1 ? [`${shared.join(' and ')} draw in the same style: it was learned once.`] : []),
    ],
  }
}

function inferenceTable(results: Results): Table {
  const drawers = summarise(results).filter(
    ({ runs, timings }) => timings.inference && runs.some(({ timings }) => timings.load !== null),
  )
  const seconds = secondsTexts('inference', drawers)
  return {
    title: 'Table 3. Inference time',
    head: ['', ...drawers.map(labelOf)],
    rows: [
      { label: 'One image (s) ↓', cells: ranked(seconds, 'lower') },
      { label: 'Opening the bundle (s)', cells: secondsCells('load', drawers) },
      ...qualityRows(drawers),
    ],
    notes: [`The median over the photos, drawn one at a time, on ${machineOf(results)}.`],
  }
}

/** Beside seconds, as the paper has them. */
const qualityRows = (methods: readonly MethodSummary[]): Table['rows'] =>
  BESIDE_SECONDS.map((metric) => ({
    label: headingOf(metric),
    cells: scoreCells(metric, methods),
  }))

function sourceTables(results: Results): Table[] {
  const { dataset, runs, pictures } = results
  if (dataset.sources.length < 2) return []
  return dataset.sources.map((source) => {
    const own = { ...results, runs: runs.map((run) => ({ ...run, set: run.setBySource[source] ?? {} })) }
    const count = pictures.filter((picture) => picture.source === source).length
    return qualityTable(`Source ${source} (photos: ${count})`, own, [SPREAD])
  })
}
