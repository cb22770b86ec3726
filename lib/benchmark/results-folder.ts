/** The folder of a benchmark's results: runs of one configuration, each a file that is there whole or not at all. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { METHODS } from '../baselines/index.js'
import type { Method } from '../baselines/method.js'
import { canonicalJson, hashJson, isObject } from '../data/json.js'
import { writeFailed, writeFileAtomically } from '../data/write-file.js'
import { SilverpointError } from '../errors.js'
import { METRIC_NAMES, type MetricName } from '../metrics/catalogue.js'
import { RESULTS_FILE, type Results, type ResultsHeader, type Run, readResults, readRun } from './results.js'

/** What must be the same of all runs in a folder. */
export type Deciding = Pick<
  ResultsHeader,
  'dataset' | 'configuration' | 'bundle' | 'metricNetworks' | 'environment'
>

const decidingOf = ({ dataset, configuration, bundle, metricNetworks, environment }: Results): Deciding => ({
  ...{ dataset, configuration, bundle, metricNetworks, environment },
})

/** Which run, of a method's. */
export interface RunKey {
  method: Method
  learningPair: string | null
  seed: number | null
}

export class ResultsFolder {
  readonly path: string
  readonly #header: ResultsHeader

  private constructor(path: string, header: ResultsHeader) {
    this.path = path
    this.#header = header
  }

  /**
   * Begins a folder, or goes on with one.
   * @throws RESULTS_MISMATCH where it holds results of another configuration; RESULTS_INVALID, WRITE_FAILED.
   */
  static async open(path: string, deciding: Deciding): Promise<ResultsFolder> {
    const header: ResultsHeader = {
      ...{ format: 'silverpoint-benchmark', version: 1 },
      ...deciding,
      configurationHash: hashJson(deciding),
      ...{ blank: {}, learning: [], pictures: [] },
    }
    const begun = existsSync(join(path, RESULTS_FILE))
    if (begun) requireSame(deciding, decidingOf(await readResults(path)), path)
    const folder = new ResultsFolder(path, header)
    for (const name of ['runs', 'pictures']) await makeFolder(join(path, name))
    // Before anything else is written, so that it is known of what configuration all else is.
    if (!begun) await folder.write()
    return folder
  }

  /** What was found out since it was opened. */
  tell(
    found: Pick<ResultsHeader, 'learning' | 'pictures'> & { leftOut: Results['dataset']['leftOut'] },
  ): void {
    const { leftOut, ...pictures } = found
    Object.assign(this.#header, pictures)
    this.#header.dataset = { ...this.#header.dataset, leftOut }
  }

  /** A finished run; undefined where it is not. @throws RESULTS_MISMATCH where the method's settings were others. */
  async finished(key: RunKey): Promise<Run | undefined> {
    const path = join(this.path, 'runs', `${nameOf(key)}.json`)
    if (!existsSync(path)) return undefined
    const run = await readRun(path)
    const { settings, protocol, name } = key.method
    requireSame(
      { [name]: { ...settings, protocol } },
      { [name]: { ...run.settings, protocol: run.protocol } },
      this.path,
    )
    return run
  }

  async save(key: RunKey, run: Run): Promise<void> {
    await writeFileAtomically(join(this.path, 'runs', `${nameOf(key)}.json`), json(run))
    await this.write()
  }

  /** results.json anew, of all runs that are finished. */
  async write(): Promise<Results> {
    const names = (await readdir(join(this.path, 'runs'))).filter((name) => name.endsWith('.json')).sort()
    const runs = await Promise.all(names.map((name) => readRun(join(this.path, 'runs', name))))
    runs.sort((a, b) => rankOf(a) - rankOf(b))
    const results = { ...this.#header, blank: blankOf(runs), runs }
    await writeFileAtomically(join(this.path, RESULTS_FILE), json(results))
    return results
  }

  /** Makes a folder for pictures, `name` below the results folder. */
  async makeFolder(name: string): Promise<void> {
    await makeFolder(join(this.path, name))
  }
}

/** Fit for a file's name. */
export function nameOf({ method, learningPair, seed }: RunKey): string {
  const variant = method.variant && createHash('sha256').update(method.variant).digest('hex').slice(0, 8)
  const parts = [method.name.replace(':', '-'), variant, learningPair, seed !== null && `seed${seed}`]
  return parts.filter(Boolean).join('--')
}

/** Methods in the order of tables, published ones after them. */
function rankOf({ method }: Run): number {
  const rank = Object.keys(METHODS).indexOf(method)
  return rank < 0 ? Number.MAX_SAFE_INTEGER : rank
}

/** Metrics without a value in any run, and why. */
function blankOf(runs: readonly Run[]): Results['blank'] {
  const blank: Results['blank'] = {}
  for (const metric of METRIC_NAMES) {
    const scores = runs.map(({ set }) => set[metric])
    const note = scores.find((score) => score?.note)?.note
    if (runs.length > 0 && scores.every((score) => (score?.value ?? null) === null))
      blank[metric as MetricName] = note ?? 'not taken'
  }
  return blank
}

/** @throws RESULTS_MISMATCH, naming the first value that differs. */
function requireSame(wanted: object, got: object, folder: string): void {
  const found = difference(wanted, got, [])
  if (!found) return
  const [name, ours, theirs] = found
  throw new SilverpointError(
    'RESULTS_MISMATCH',
    `Expected results with ${name} ${ours} in ${folder} but received some with ${theirs}. Use what they were begun with, or another folder.`,
  )
}

/** What was found out, and does not decide. */
const FOUND_OUT = ['leftOut']

function difference(
  wanted: unknown,
  got: unknown,
  path: readonly string[],
): [string, string, string] | undefined {
  if (isObject(wanted) && isObject(got)) {
    const names = new Set([...Object.keys(wanted), ...Object.keys(got)])
    for (const name of [...names].filter((name) => !FOUND_OUT.includes(name))) {
      const found = difference(wanted[name], got[name], [...path, name])
      if (found) return found
    }
    return undefined
  }
  const [ours, theirs] = [canonicalJson(wanted ?? null), canonicalJson(got ?? null)]
  return ours === theirs ? undefined : [path.join('.'), brief(ours), brief(theirs)]
}

const brief = (text: string): string => (text.length > 120 ? `${text.slice(0, 117)}...` : text)

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause) => {
    throw writeFailed(path, cause)
  })
}

const json = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, null, 1)}\n`)
