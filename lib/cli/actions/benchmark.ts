import { join } from 'node:path'
import { DEFAULT_METHODS, requireMethods } from '../../baselines/index.js'
import type { Wishes } from '../../baselines/tools.js'
import { runBenchmark } from '../../benchmark/benchmark.js'
import type { FigureName } from '../../benchmark/figures/names.js'
import { PRESETS } from '../../benchmark/figures/presets.js'
import { writeFigure } from '../../benchmark/figures/write-figure.js'
import type { Results } from '../../benchmark/results.js'
import type { SensitivityName } from '../../benchmark/sensitivity/names.js'
import { writeSensitivity } from '../../benchmark/sensitivity/write-sensitivity.js'
import { type Dataset, openDataset } from '../../data/datasets/dataset.js'
import type { LayoutName } from '../../data/datasets/layout-names.js'
import { readFile } from '../../data/read-file.js'
import { invalidArgument } from '../../errors.js'
import { interruptible } from '../interrupt.js'
import type { MetricsOptions, ModelOptions } from '../options.js'
import type { Output } from '../output.js'
import { Progress } from '../progress.js'
import { openBundle } from './open-bundle.js'
import { openNetworks } from './open-networks.js'

interface BenchmarkCliOptions extends ModelOptions, MetricsOptions {
  output: string
  figure?: FigureName
  sensitivity?: SensitivityName
  methods?: string[]
  learnFrom?: string[]
  pairs?: number
  tests?: number
  seeds?: number[]
  text?: string
  optional?: string
  texts?: string
  layout?: LayoutName
  split?: string
  crop?: 'face' | 'none'
  normaliseContrast?: boolean
}

/** Learned from, where it is asked what difference they make. */
const SEVERAL_PAIRS = 5

export async function benchmark(folder: string, options: BenchmarkCliOptions, output: Output): Promise<void> {
  const preset = presetOf(options)
  const { methods = preset.methods, layout, split, learnFrom } = options
  const { pairs = preset.pairs, tests, seeds, crop, normaliseContrast, sensitivity } = options
  requireMethods(methods)
  const dataset = await openDataset(folder, { layout, split })
  tellDataset(dataset, output)
  const wishes = await wishesOf(options)
  const started = performance.now()
  await using bundle = await openBundle(options, output)
  const loadSeconds = (performance.now() - started) / 1000
  using networks = await openNetworks(options, bundle, output)
  let progress: Progress | undefined
  let finished = 0
  const results = await interruptible(output, (signal) =>
    runBenchmark(bundle, dataset, options.output, {
      ...{ learnFrom, pairs, tests, seeds, crop, normaliseContrast, sensitivity },
      ...{ methods, wishes, networks, loadSeconds, signal },
      onBegin: (total) => {
        progress = new Progress(output, 'benchmark', total)
      },
      onRun: (run, done) => {
        finished = done
        progress?.update(done, run.label)
      },
      onProgress: (label, stage, done, total) => {
        progress?.update(finished, `${label}: ${stage} ${done}/${total}`)
      },
    }),
  ).finally(() => progress?.stop())
  const tables = join(options.output, 'tables.md')
  output.result(output.json ? '' : (await readFile(tables)).toString(), results)
  output.note(`${options.output}: results.json, tables.md, tables.tex, report.html`)
  for (const path of await drawn(results, options)) output.result(path, { file: path })
}

/** What is run unless the user chooses. */
function presetOf({ figure, sensitivity }: BenchmarkCliOptions): {
  methods: readonly string[]
  pairs: number
} {
  if (figure) return PRESETS[figure]
  if (sensitivity) return { methods: ['ours'], pairs: sensitivity.startsWith('pair') ? SEVERAL_PAIRS : 1 }
  return { methods: DEFAULT_METHODS, pairs: 1 }
}

/** Files of the figure or plot that was asked for. */
async function drawn(results: Results, options: BenchmarkCliOptions): Promise<string[]> {
  const { figure, sensitivity, output: folder } = options
  if (figure) return [await writeFigure(results, folder, figure)]
  return sensitivity ? writeSensitivity(results, folder, sensitivity) : []
}

function tellDataset({ name, layout, split, pairs, unmatched }: Dataset, output: Output): void {
  output.note(`${name}: layout ${layout}, split ${split}, ${pairs.length} pairs`)
  for (const path of unmatched.photos) output.warn(`no sketch of ${path}`)
  for (const path of unmatched.sketches) output.warn(`no photo of ${path}`)
}

/** What the user said; what is left out, the benchmark says. */
async function wishesOf({ text, optional, texts: file }: BenchmarkCliOptions): Promise<Partial<Wishes>> {
  const texts = file === undefined ? undefined : linesOf((await readFile(file)).toString())
  if (texts?.length === 0) throw invalidArgument('texts', 'a file with a text a line', file)
  return {
    ...(text !== undefined && { text }),
    ...(optional !== undefined && { optional }),
    ...(texts !== undefined && { texts }),
  }
}

const linesOf = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
