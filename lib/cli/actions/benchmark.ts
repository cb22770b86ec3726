import { join } from 'node:path'
import { DEFAULT_METHODS, requireMethods } from '../../baselines/index.js'
import type { Wishes } from '../../baselines/tools.js'
import { runBenchmark } from '../../benchmark/benchmark.js'
import { type Dataset, openDataset } from '../../data/datasets/dataset.js'
import type { LayoutName } from '../../data/datasets/layout-names.js'
import { readFile } from '../../data/read-file.js'
import { invalidArgument } from '../../errors.js'
import { interruptible } from '../interrupt.js'
import type { ModelOptions } from '../options.js'
import type { Output } from '../output.js'
import { Progress } from '../progress.js'
import { openBundle } from './open-bundle.js'

interface BenchmarkCliOptions extends ModelOptions {
  output: string
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

export async function benchmark(folder: string, options: BenchmarkCliOptions, output: Output): Promise<void> {
  const {
    methods = DEFAULT_METHODS,
    layout,
    split,
    learnFrom,
    pairs,
    tests,
    seeds,
    crop,
    normaliseContrast,
  } = options
  requireMethods(methods)
  const dataset = await openDataset(folder, { layout, split })
  tellDataset(dataset, output)
  const wishes = await wishesOf(options)
  const started = performance.now()
  await using bundle = await openBundle(options, output)
  const loadSeconds = (performance.now() - started) / 1000
  let progress: Progress | undefined
  let finished = 0
  const results = await interruptible(output, (signal) =>
    runBenchmark(bundle, dataset, options.output, {
      ...{ learnFrom, pairs, tests, seeds, crop, normaliseContrast },
      ...{ methods, wishes, loadSeconds, signal },
      onBegin: (total) => {
        progress = new Progress(output, 'benchmark', total)
      },
      onRun: (run, done) => {
        finished = done
        progress?.update(done, run.label)
      },
      onProgress: ({ method }, stage, done, total) => {
        progress?.update(finished, `${method.label}: ${stage} ${done}/${total}`)
      },
    }),
  ).finally(() => progress?.stop())
  const tables = join(options.output, 'tables.md')
  output.result(output.json ? '' : (await readFile(tables)).toString(), results)
  output.note(`${options.output}: results.json, tables.md, tables.tex, report.html`)
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
