/** What the page's script shows: every picture with its scores. */
import { factsOf, METRIC_NAMES, type MetricName } from '../../metrics/catalogue.js'
import type { Results, Run } from '../results.js'
import { isBetter } from '../summary.js'
import { linkTo } from './html.js'
import { runName } from './run-name.js'

export interface PageData {
  /** Those that pictures have scores of. */
  metrics: { name: MetricName; heading: string; better: 'higher' | 'lower' }[]
  pairs: string[]
  seeds: number[]
  tests: { stem: string; source: string; photo: string; sketch: string }[]
  runs: PageRun[]
}

interface PageRun {
  label: string
  /** Which of the method's. */
  name: string
  pair: string | null
  seed: number | null
  /** Whether it stands for its method among the pictures: of variants, the best. */
  shown: boolean
  /** A test each, null where there is none. */
  files: (string | null)[]
  scores: Partial<Record<MetricName, (number | null)[]>>
}

export function pageData(results: Results): PageData {
  const { runs, pictures } = results
  const metrics = METRIC_NAMES.filter((metric) =>
    runs.some(({ images }) => images.some(({ scores }) => typeof scores[metric] === 'number')),
  )
  const stems = pictures.map(({ stem }) => stem)
  return {
    metrics: metrics.map((name) => {
      const { heading, better } = factsOf(name)
      return { name, heading, better }
    }),
    pairs: distinct(runs.map(({ learningPair }) => learningPair)),
    seeds: distinct(runs.map(({ seed }) => seed)),
    tests: pictures.map(({ photo, sketch, ...test }) => ({
      ...test,
      photo: linkTo(photo),
      sketch: linkTo(sketch),
    })),
    runs: runs.map((run) => pageRun(run, stems, metrics, runs)),
  }
}

function pageRun(
  run: Run,
  stems: readonly string[],
  metrics: readonly MetricName[],
  all: readonly Run[],
): PageRun {
  const images = new Map(run.images.map((image) => [image.stem, image]))
  const scores: PageRun['scores'] = {}
  for (const metric of metrics)
    scores[metric] = stems.map((stem) => rounded(images.get(stem)?.scores[metric]))
  return {
    ...{ label: run.label, name: runName(run), pair: run.learningPair, seed: run.seed },
    shown: isBestVariant(run, metrics[0], all),
    files: stems.map((stem) => {
      const file = images.get(stem)?.file
      return file === undefined ? null : linkTo(file)
    }),
    scores,
  }
}

/** By the first metric, among the runs of the same method, pair and seed. */
function isBestVariant(run: Run, metric: MetricName | undefined, all: readonly Run[]): boolean {
  if (run.variant === null || metric === undefined) return true
  const own = run.set[metric]?.value ?? null
  const { method, learningPair, seed } = run
  return !all.some((other) => {
    const value = other.set[metric]?.value ?? null
    const sibling = other.method === method && other.learningPair === learningPair && other.seed === seed
    return sibling && value !== null && (own === null || isBetter(metric, value, own))
  })
}

const distinct = <T>(values: readonly (T | null)[]): T[] =>
  [...new Set(values)].filter((value) => value !== null)

const rounded = (value: number | null | undefined): number | null =>
  typeof value === 'number' ? Number(value.toPrecision(5)) : null
