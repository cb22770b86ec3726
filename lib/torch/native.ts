/** Opens LibTorch and the addon at the first use; importing silverpoint opens nothing. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { quietOpenMp } from '../config.js'
import { SilverpointError } from '../errors.js'
import type { Native } from './addon-types.js'
import { type LibTorch, locate, minorOf } from './locate.js'
import { requireSupportedPlatform } from './platform.js'

interface Loader {
  open(libraries: string[], implementation: string): Native
}

const ENGINE = /^silverpoint-torch(\d+\.\d+)\.so$/
let root: string | undefined
let opened: { native: Native; libtorch: LibTorch } | undefined

/** The addon, opened on the first call. */
export function native(options: { libtorch?: string } = {}): Native {
  opened ??= open(options.libtorch)
  return opened.native
}

/** The LibTorch in use; undefined before the first use. */
export const openedLibTorch = (): LibTorch | undefined => opened?.libtorch

/** The addon's files: the loader that Node opens, and the engines beside it, by the LibTorch version each fits. */
export function addonFiles(): { loader: string; engines: Map<string, string> } {
  const loader = loaderPath()
  const folder = dirname(loader)
  const engines = new Map<string, string>()
  for (const name of readdirSync(folder)) {
    const match = ENGINE.exec(name)
    if (match) engines.set(match[1] as string, join(folder, name))
  }
  return { loader, engines }
}

/** The LibTorch versions, major.minor, that the addon has an engine for. */
export const addonFits = (): string[] => [...addonFiles().engines.keys()]

function loaderPath(): string {
  requireSupportedPlatform()
  const root = packageRoot()
  try {
    return packageRequire()('node-gyp-build').resolve(root)
  } catch (cause) {
    throw new SilverpointError(
      'ADDON_NOT_FOUND',
      `Expected the native addon for ${process.platform}-${process.arch} in ${root} but found none. Build it with a C++ compiler and CMake: npm install cmake-js node-addon-api && node ${join(root, 'scripts', 'compile-addon.mjs')}`,
      { cause },
    )
  }
}

/** As from silverpoint's own files, so that a bundle of them finds what the package depends on. */
export const packageRequire = () => createRequire(join(packageRoot(), 'package.json'))

/**
 * silverpoint's folder: the one above this file, or, where a bundler has put this code into a program of somebody
 * else's, the package installed beside that program. The addon, the bundle and the pictures are files: they stay there.
 */
export function packageRoot(): string {
  // Bundled as CommonJS there is no import.meta.url.
  const here = import.meta.url ?? pathToFileURL(process.argv[1] ?? join(process.cwd(), 'repl'))
  return (root ??= rootAbove(dirname(fileURLToPath(here))) ?? installedBeside(here))
}

function rootAbove(start: string): string | undefined {
  for (let folder = start; dirname(folder) !== folder; folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === 'silverpoint') return folder
  }
  return undefined
}

function installedBeside(program: string | URL): string {
  try {
    return dirname(createRequire(program).resolve('silverpoint/package.json'))
  } catch (cause) {
    throw new SilverpointError(
      'ADDON_NOT_FOUND',
      `Expected the package silverpoint in node_modules beside ${program} but found none. A bundled program needs it there: npm install silverpoint`,
      { cause },
    )
  }
}

function open(option?: string): { native: Native; libtorch: LibTorch } {
  const { loader, engines } = addonFiles()
  const libtorch = locate([...engines.keys()], option)
  quietOpenMp()
  const native = openLibraries(openLoader(loader), libtorch, engines.get(minorOf(libtorch.version)) as string)
  if (native.version !== libtorch.version) {
    process.emitWarning(`LibTorch ${libtorch.version} is used; the addon was built with ${native.version}`)
  }
  // process.exit() runs no cleanup hooks, and a running compute thread would race LibTorch's static destructors. A worker
  // that ends is no end of the process: others compute on.
  if (isMainThread) process.once('exit', () => native.shutdown())
  return { native, libtorch }
}

function openLoader(loader: string): Loader {
  try {
    return packageRequire()(loader) as Loader
  } catch (cause) {
    throw new SilverpointError(
      'UNSUPPORTED_PLATFORM',
      `Expected to open ${loader} but: ${(cause as Error).message}. Prebuilt addons need glibc 2.34 (Debian 12, Ubuntu 22.04, RHEL 9) on Linux. Use a newer system, or build the addon from source.`,
      { cause },
    )
  }
}

function openLibraries(loader: Loader, libtorch: LibTorch, engine: string): Native {
  try {
    return loader.open(libtorch.libraries, engine)
  } catch (cause) {
    throw new SilverpointError(
      'LIBTORCH_OPEN_FAILED',
      `LibTorch in ${libtorch.folder} (${libtorch.source}) could not be opened: ${(cause as Error).message}. Run: silverpoint libtorch install`,
      { cause },
    )
  }
}
