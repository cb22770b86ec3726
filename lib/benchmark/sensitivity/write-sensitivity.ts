/** How scores depend on one thing, as a plot and as numbers. */
import { join } from 'node:path'
import { csv } from '../../data/csv.js'
import { dotPlot } from '../../data/dot-plot.js'
import { renderPage, whitePage } from '../../data/page.js'
import { textAt } from '../../data/svg.js'
import { writeFileAtomically } from '../../data/write-file.js'
import { factsOf, METRIC_NAMES, type MetricName } from '../../metrics/catalogue.js'
import type { Results, Run } from '../results.js'
import { takenMetrics } from '../summary.js'
import type { SensitivityName } from './names.js'
import { sweptValue } from './sweeps.js'

const TITLES: Readonly<Record<SensitivityName, string>> = {
  steps: 'steps of learning',
  'edit-weight': 'weight of the edit-direction loss',
  'edit-sign': 'sign of the edit-direction loss',
  'text-scale': 'text guidance',
  'image-scale': 'image guidance',
  pair: 'pair learned from',
  pairs: 'pairs learned from at once',
}
const UNORDERED: readonly SensitivityName[] = ['edit-sign', 'pair']

/** In px. */
const PLOT = { width: 330, height: 220 }
const COLUMNS = 3
const GAP = 24
const HEAD = 60
const COLOUR = '#2b6cb0'

interface Group {
  name: string
  runs: Run[]
}

/**
 * Writes sensitivity-NAME.svg, .png and .csv of a folder's own results into it: each metric's mean, and every run a dot.
 * @returns their paths.
 * @throws WRITE_FAILED
 */
export async function writeSensitivity(
  results: Results,
  folder: string,
  name: SensitivityName,
): Promise<string[]> {
  const groups = groupsOf(results, name)
  const page = plots(results, groups, name)
  const files: [string, Buffer][] = [
    ['svg', Buffer.from(whitePage(page.width, page.height, page.svg))],
    ['png', await renderPage(page.width, page.height, page.svg, [])],
    ['csv', Buffer.from(numbers(groups, name))],
  ]
  const pathOf = (ending: string) => join(folder, `sensitivity-${name}.${ending}`)
  for (const [ending, bytes] of files) await writeFileAtomically(pathOf(ending), bytes)
  return files.map(([ending]) => pathOf(ending))
}

/** Numbers in their order, names in that of the runs. */
function groupsOf({ runs }: Results, name: SensitivityName): Group[] {
  const groups = new Map<string, Run[]>()
  for (const run of runs) {
    const value = sweptValue(name, run)
    if (value !== undefined) groups.set(value, [...(groups.get(value) ?? []), run])
  }
  const named = [...groups].map(([value, runs]) => ({ name: value, runs }))
  return UNORDERED.includes(name) ? named : named.sort((a, b) => Number(a.name) - Number(b.name))
}

function plots(results: Results, groups: readonly Group[], name: SensitivityName) {
  const runs = groups.flatMap(({ runs }) => runs)
  const metrics = takenMetrics({ runs })
  const svg = metrics.flatMap((metric, i) =>
    dotPlot(
      {
        title: `${factsOf(metric).heading} ${factsOf(metric).better === 'higher' ? '↑' : '↓'}`,
        xName: TITLES[name],
        colour: COLOUR,
        groups: groups.map((group) => ({ name: group.name, values: valuesOf(group, metric) })),
      },
      {
        left: GAP + (i % COLUMNS) * (PLOT.width + GAP),
        top: HEAD + Math.floor(i / COLUMNS) * (PLOT.height + GAP),
        ...PLOT,
      },
      { ordered: !UNORDERED.includes(name) },
    ),
  )
  const { dataset, bundle, configuration } = results
  const said = `${dataset.name}, ${configuration.tests.length} photos; bundle ${bundle.name} at ${bundle.resolution} px; a dot a run, their mean large`
  return {
    width: GAP + COLUMNS * (PLOT.width + GAP),
    height: HEAD + Math.ceil(metrics.length / COLUMNS) * (PLOT.height + GAP),
    svg: [
      textAt(GAP, 28, `Scores by ${TITLES[name]}`, { size: 17, bold: true, colour: '#222' }),
      textAt(GAP, 47, said, { size: 12, colour: '#666' }),
      ...svg,
    ],
  }
}

const valuesOf = ({ runs }: Group, metric: MetricName): number[] =>
  runs.flatMap(({ set }) => set[metric]?.value ?? [])

/** A line a run. */
function numbers(groups: readonly Group[], name: SensitivityName): string {
  return csv([
    [name, 'learning pair', 'seed', ...METRIC_NAMES],
    ...groups.flatMap((group) =>
      group.runs.map(({ learningPair, seed, set }) => [
        ...[group.name, learningPair, seed],
        ...METRIC_NAMES.map((metric) => set[metric]?.value),
      ]),
    ),
  ])
}
