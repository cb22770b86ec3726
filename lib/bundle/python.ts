/** The Python side of bundles, models/export: needed to make a bundle or to compare it, never to use it. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { python } from '../config.js'
import { SilverpointError } from '../errors.js'
import { packageRoot } from '../torch/native.js'

export interface ExportOptions {
  output: string
  clip?: string
  name?: string
  weights?: string
  signal?: AbortSignal
  /** Without Python's progress on stderr. */
  quiet?: boolean
}

/** Exports a diffusers checkpoint. @returns the bundle's folder. @throws EXPORT_FAILED with Python's own last words. */
export async function runExport(source: string, options: ExportOptions): Promise<string> {
  const { output, clip, name, weights, ...running } = options
  const args = [
    '-o',
    resolve(output),
    ...flag('clip', clip && local(clip)),
    ...flag('name', name),
    ...flag('weights', weights),
  ]
  await run('models.export', [local(source), ...args], running)
  return resolve(output)
}

export interface MetricsExportOptions {
  output: string
  /** Names of metric roles; all, unless given. */
  roles?: readonly string[] | undefined
  /** A folder with the weight files. */
  weightsFrom?: string | undefined
  signal?: AbortSignal
  /** Without Python's progress on stderr. */
  quiet?: boolean
}

/** Exports the networks of LPIPS and FID. @returns the metrics bundle's folder. @throws EXPORT_FAILED as runExport does. */
export async function runMetricsExport(options: MetricsExportOptions): Promise<string> {
  const { output, roles, weightsFrom, ...running } = options
  const args = [
    ...['-o', resolve(output)],
    ...flag('roles', roles?.join(',')),
    ...flag('weights-from', weightsFrom && resolve(weightsFrom)),
  ]
  await run('models.export.metrics', args, running)
  return resolve(output)
}

export interface ReferenceOptions {
  clip?: string
  size?: number
  signal?: AbortSignal
  /** Without Python's progress on stderr. */
  quiet?: boolean
}

/** Has diffusers and transformers compute every role's results, and hands the file to `use`. */
export async function runReference<T>(
  source: string,
  { clip, size, ...running }: ReferenceOptions,
  use: (reference: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'silverpoint-'))
  const file = join(folder, 'reference.safetensors')
  try {
    await run(
      'models.export.reference',
      [local(source), '-o', file, ...flag('clip', clip && local(clip)), ...flag('size', size)],
      running,
    )
    return await use(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const flag = (name: string, value: string | number | undefined): string[] =>
  value === undefined ? [] : [`--${name}`, String(value)]

/** Python runs in the package's folder: a path of the caller's stays one, a hub's name stays a name. */
const local = (source: string): string => (existsSync(source) ? resolve(source) : source)

function run(
  module: string,
  args: string[],
  { signal, quiet = false }: { signal?: AbortSignal; quiet?: boolean },
): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(python(), ['-m', module, ...args], {
      cwd: packageRoot(),
      stdio: ['ignore', 'ignore', 'pipe'],
      signal,
    })
    let complaint = ''
    child.stderr.on('data', (text) => {
      if (!quiet) process.stderr.write(text)
      complaint = (complaint + text).slice(-4000)
    })
    child.on('error', (cause) => fail(failure(cause.message, cause)))
    child.on('close', (code) => {
      const last = complaint.trim().split('\n').at(-1) || `exit code ${code}`
      if (code === 0) done()
      // models/export has said what was expected, what came and what to do.
      else if (last.startsWith(EXPLAINED)) fail(exportFailed(last.slice(EXPLAINED.length)))
      else fail(failure(last))
    })
  })
}

/** What models/export/failure.py begins such a line with. */
const EXPLAINED = 'error: '

const exportFailed = (message: string, cause?: Error): SilverpointError =>
  new SilverpointError('EXPORT_FAILED', message, { cause })

function failure(what: string, cause?: Error): SilverpointError {
  return exportFailed(
    `Expected ${python()} to run models.export but: ${what}. It needs torch, diffusers and transformers (pip install -r models/export/requirements.txt); SILVERPOINT_PYTHON names another Python.`,
    cause,
  )
}
