/** Finding LibTorch: silverpoint never ships it. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { cacheFolder, libtorchFolders, python } from '../config.js'
import { SilverpointError } from '../errors.js'

export interface Candidate {
  /** Who named the folder: `option`, an environment variable, `managed cache` or `Python`. */
  source: string
  folder: string
  /** Undefined where there is no LibTorch. */
  version?: string
  /** Why it is not taken; undefined for one that fits. */
  refused?: string
}

export interface LibTorch extends Candidate {
  version: string
  /** In the order in which they must be opened. */
  libraries: string[]
}

/** The places looked in, first to last, and what is there. `fits`: the major.minor versions the addon was built for. */
export function* candidates(fits: readonly string[], option?: string): Generator<Candidate> {
  if (option) yield examine('option', resolve(option), fits)
  for (const { name, folder } of libtorchFolders()) yield examine(name, folder, fits)
  for (const folder of managed()) yield examine('managed cache', folder, fits)
  // Last, and only where one comes so far: to ask Python takes 0.15 s.
  for (const folder of pythonTorch()) yield examine('Python', folder, fits)
}

/** The first LibTorch that fits, or an error that names every place. */
export function locate(fits: readonly string[], option?: string): LibTorch {
  const looked: Candidate[] = []
  for (const candidate of candidates(fits, option)) {
    const { folder, version, refused } = candidate
    if (version && !refused) return { ...candidate, version, libraries: libraries(folder) }
    looked.push(candidate)
  }
  const places = looked.map(({ source, folder, refused }) => `  ${source}: ${folder} (${refused})`)
  for (const name of ['SILVERPOINT_LIBTORCH', 'LIBTORCH']) {
    if (!process.env[name]) places.push(`  ${name}: not set`)
  }
  const nothingOf = (source: string) => looked.every((candidate) => candidate.source !== source)
  if (nothingOf('managed cache')) places.push(`  managed cache: ${libtorchCache()} (empty)`)
  if (nothingOf('Python')) places.push(`  Python: ${python()} has no torch`)
  throw new SilverpointError(
    'LIBTORCH_NOT_FOUND',
    `Expected LibTorch ${fits.join(' or ')} but found none. Looked in:\n${places.join('\n')}\nRun: silverpoint libtorch install`,
  )
}

export const libtorchCache = (): string => join(cacheFolder(), 'libtorch')

/** Newest first; those with CUDA before the others where a GPU is, else after them. */
function managed(): string[] {
  const folder = libtorchCache()
  if (!existsSync(folder)) return []
  const last = hasGpu() ? '-cpu' : '-cuda'
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .sort((a, b) => Number(a.endsWith(last)) - Number(b.endsWith(last)))
    .map((name) => torchFolder(join(folder, name)))
}

/** With CUDA the cache holds Python's site-packages layout: torch/ with nvidia/ beside it. */
export function torchFolder(installed: string): string {
  const torch = join(installed, 'torch')
  return existsSync(torch) ? torch : installed
}

/** A library's file name on this system. */
export function libraryFile(name: string): string {
  if (process.platform === 'win32') return `${name}.dll`
  return process.platform === 'darwin' ? `lib${name}.dylib` : `lib${name}.so`
}

/** `2.13` of `2.13.0`. */
export const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.')

/** The folder of the active Python's torch; torch itself is not imported. */
function pythonTorch(): string[] {
  const script =
    'import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0] if s else "")'
  try {
    const folder = execFileSync(python(), ['-c', script], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
    return folder ? [folder] : []
  } catch {
    return []
  }
}

function examine(source: string, folder: string, fits: readonly string[]): Candidate {
  if (!existsSync(folder)) return { source, folder, refused: 'no such folder' }
  const library = `lib/${libraryFile('torch_cpu')}`
  if (!existsSync(join(folder, library))) return { source, folder, refused: `no ${library}` }
  const version = versionOf(folder)
  if (!version) return { source, folder, refused: 'its version cannot be told' }
  if (fits.includes(minorOf(version))) return { source, folder, version }
  return { source, folder, version, refused: `version ${version}, expected ${fits.join(' or ')}` }
}

/** From what LibTorch's archives, PyPI's wheels and our own cache each leave. */
export function versionOf(folder: string): string | undefined {
  const sources: [string, RegExp][] = [
    ['version', /^(\d+\.\d+\.\d+)/],
    ['build-version', /^(\d+\.\d+\.\d+)/],
    ['version.py', /__version__ = ['"](\d+\.\d+\.\d+)/],
  ]
  for (const [file, pattern] of sources) {
    const path = join(folder, file)
    const match = existsSync(path) && pattern.exec(readFileSync(path, 'utf8'))
    if (match) return match[1]
  }
  return undefined
}

/** libtorch_cuda costs 278 MB of memory, and must be opened before the first question about CUDA: only where a GPU is. */
function libraries(folder: string): string[] {
  const cuda = join(folder, 'lib', libraryFile('torch_cuda'))
  const cpu = join(folder, 'lib', libraryFile('torch_cpu'))
  return hasGpu() && existsSync(cuda) ? [cpu, cuda] : [cpu]
}

const hasGpu = (): boolean => existsSync('/dev/nvidiactl')
