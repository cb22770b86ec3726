/** Methods x learning pairs x seeds on one data set, into one results folder. */
import { join } from 'node:path'
import { makeMethods } from '../baselines/index.js'
import { Learner } from '../baselines/learner.js'
import type { Method } from '../baselines/method.js'
import type { Wishes } from '../baselines/tools.js'
import type { Bundle } from '../bundle/bundle.js'
import type { Dataset } from '../data/datasets/dataset.js'
import { writeFileAtomically } from '../data/write-file.js'
import { invalidArgument } from '../errors.js'
import type { MetricNetworks } from '../metrics/metric-networks.js'
import { throwIfCancelled } from '../style/cancel.js'
import { OPTIONAL_TEXT, PLAIN_TEXT, TEXTS } from '../style/texts.js'
import { environmentOf } from './environment.js'
import { type Frame, frameOf } from './frame.js'
import { perform } from './perform.js'
import { type FramedPair, framePairs } from './pictures.js'
import { type ChosenPairs, choosePairs, hashFiles, type PairChoice, sourceOf } from './plan.js'
import { writeReport } from './report/write-report.js'
import type { Results, Run } from './results.js'
import { type Deciding, ResultsFolder, type RunKey } from './results-folder.js'
import type { SensitivityName } from './sensitivity/names.js'
import { sweepOf } from './sensitivity/sweeps.js'
import { tablesAsLatex, tablesAsMarkdown } from './tables.js'

/** What a benchmark compares, how, and whom it tells. */
export interface BenchmarkOptions extends PairChoice {
  /** By name, such as `ours` and `grey`, or `external:NAME=FOLDER,…`: docs/benchmark.md has them all. */
  methods: readonly string[]
  /** Runs `ours` with different values of one thing as well: see writeSensitivity. */
  sensitivity?: SensitivityName | undefined
  /** Of learning and drawing: 0. */
  seeds?: readonly number[]
  /** Texts in place of docs/benchmark.md's. */
  wishes?: Partial<Wishes>
  /** Whether pictures are compared after OS-Sketch's contrast normaliser. Default: as the data set is scored. */
  normaliseContrast?: boolean
  /** What of a picture is drawn and compared. See defaultCrop. */
  crop?: 'face' | 'none' | undefined
  /** Without them LPIPS, FID and KID stay blank. */
  networks?: MetricNetworks | undefined
  /** What opening the bundle took, where it is known. */
  loadSeconds?: number
  /** Ends the benchmark after the current step, with CANCELLED: all that is finished stays so. */
  signal?: AbortSignal
  /** Told of every pair that was brought into the frame that is compared. */
  onFraming?: (done: number, total: number) => void
  /** How many runs there are, those that are finished too. */
  onBegin?: (total: number) => void
  /** Told of every run, of those too that were finished before. */
  onRun?: (run: Run, done: number, total: number) => void
  /** What the current run does, of a method as tables name it. */
  onProgress?: (label: string, stage: string, done: number, total: number) => void
}

/**
 * Compares methods: each learns from single pairs, draws the photos of all others, and is scored against their sketches. Runs
 * what is not finished yet in the folder and writes results.json, tables and the report into it.
 * @param bundle stays the caller's.
 * @param path of the results folder, new or of an earlier benchmark of the same configuration.
 * @returns the results of all that is finished in the folder.
 * @throws RESULTS_MISMATCH for a folder of another configuration; CANCELLED; INVALID_ARGUMENT; FACE_NOT_FOUND for a pair
 * to learn from; and whatever reading pictures, learning and drawing throw.
 */
export async function runBenchmark(
  bundle: Bundle,
  dataset: Dataset,
  path: string,
  options: BenchmarkOptions,
): Promise<Results> {
  const chosen = choosePairs(dataset, options)
  const sweep = options.sensitivity && sweepOf(options.sensitivity, chosen.learning.length)
  const frame = frameOf(bundle.manifest.resolution, options.crop)
  const deciding = await decidingOf(bundle, dataset, chosen, frame, options)
  const folder = await ResultsFolder.open(path, deciding)
  const wishes = { text: PLAIN_TEXT, optional: OPTIONAL_TEXT, texts: TEXTS, ...options.wishes }
  const tools = { bundle, learner: new Learner(bundle, path), wishes }
  const methods = [...(await makeMethods(options.methods, tools)), ...((await sweep?.(tools)) ?? [])]
  const { learning, tests } = await frameAll(dataset, chosen, frame, folder, options)
  const { networks, loadSeconds, signal, onBegin, onRun, onProgress } = options
  const { normaliseContrast } = deciding.dataset
  const keys = keysOf(methods, learning, options.seeds ?? [0])
  onBegin?.(keys.length)
  for (const [index, key] of keys.entries()) {
    throwIfCancelled(
      signal,
      `The benchmark was cancelled after ${index} of ${keys.length} runs. It goes on when run again.`,
    )
    let run = await folder.finished(key)
    if (!run) {
      run = await perform(key, pairOf(key, learning), {
        ...{ bundle, folder, frame, normaliseContrast, networks, loadSeconds, learning, tests, signal },
        onProgress: (...progress) => onProgress?.(key.method.label, ...progress),
      })
      await folder.save(key, run)
    }
    onRun?.(run, index + 1, keys.length)
  }
  const results = await folder.write()
  await writeTables(results, path)
  await writeReport(results, path)
  return results
}

/** tables.md and tables.tex. */
async function writeTables(results: Results, path: string): Promise<void> {
  await writeFileAtomically(join(path, 'tables.md'), Buffer.from(tablesAsMarkdown(results)))
  await writeFileAtomically(join(path, 'tables.tex'), Buffer.from(tablesAsLatex(results)))
}

async function decidingOf(
  bundle: Bundle,
  dataset: Dataset,
  { learning, tests }: ChosenPairs,
  frame: Frame,
  { normaliseContrast = dataset.normaliseContrast, networks }: BenchmarkOptions,
): Promise<Deciding> {
  const { name, layout, split, pairs } = dataset
  const { weightsId, resolution } = bundle.manifest
  const used = [...learning, ...tests]
  const stems = (some: readonly { stem: string }[]) => some.map(({ stem }) => stem)
  return {
    dataset: {
      ...{ name, layout, split, pairs: pairs.length, normaliseContrast, leftOut: [] },
      sources: [...new Set(used.map((pair) => sourceOf(pair, dataset)))],
    },
    configuration: {
      ...{ learningPairs: stems(learning), tests: stems(tests), frame },
      files: await hashFiles(used),
    },
    bundle: { name: bundle.manifest.name, weightsId, resolution },
    metricNetworks: networks?.roles ?? [],
    environment: await environmentOf(bundle),
  }
}

/** The pictures of all pairs, framed; the folder is told. */
async function frameAll(
  dataset: Dataset,
  { learning, tests }: ChosenPairs,
  frame: Frame,
  folder: ResultsFolder,
  { signal, onFraming }: BenchmarkOptions,
): Promise<{ learning: FramedPair[]; tests: FramedPair[] }> {
  for (const what of ['photo', 'sketch']) await folder.makeFolder(`pictures/${what}`)
  const { framed, leftOut } = await framePairs([...learning, ...tests], {
    ...{ folder: folder.path, frame, signal, onPair: onFraming },
    sourceOf: (pair) => sourceOf(pair, dataset),
  })
  const of = (pairs: ChosenPairs['tests']) => framed.filter(({ pair }) => pairs.includes(pair))
  const found = { learning: of(learning), tests: of(tests) }
  const lost = leftOut.find(({ stem }) => learning.some((pair) => pair.stem === stem))
  if (lost || found.tests.length === 0) {
    const remedy = 'Choose others, or compare whole pictures with --crop none.'
    throw invalidArgument(
      lost ? 'the pair to learn from' : 'tests',
      'a face in its photo',
      lost?.stem ?? 'none',
      remedy,
    )
  }
  folder.tell({
    learning: found.learning.map(({ picture }) => picture),
    pictures: found.tests.map(({ picture }) => picture),
    leftOut,
  })
  return found
}

/** One run for each of what a method depends on. */
function keysOf(
  methods: readonly Method[],
  learning: readonly FramedPair[],
  seeds: readonly number[],
): RunKey[] {
  return methods.flatMap((method) => {
    const pairs = method.dependsOn.pair ? learning.map(({ picture }) => picture.stem) : [null]
    const ownSeeds = method.dependsOn.seed ? seeds : [null]
    return pairs.flatMap((learningPair) => ownSeeds.map((seed) => ({ method, learningPair, seed })))
  })
}

/** Methods that learn from no pair are given the first, and do not look. */
const pairOf = ({ learningPair }: RunKey, learning: readonly FramedPair[]): FramedPair =>
  (learning.find(({ picture }) => picture.stem === learningPair) ?? learning[0]) as FramedPair
