/** Opens LibTorch and the addon at the first use; importing silverpoint opens nothing. */
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { quietOpenMp } from '../config.js'
import { SilverpointError } from '../errors.js'
import type { Native } from './addon-types.js'
import { type LibTorch, locate } from './locate.js'

interface Loader {
  open(libraries: string[], implementation: string): Native
}

const require = createRequire(import.meta.url)
const ENGINE = /^silverpoint-torch(\d+\.\d+)\.so$/
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

function loaderPath(): string {
  const root = packageRoot()
  try {
    return require('node-gyp-build').resolve(root)
  } catch (cause) {
    throw new SilverpointError(
      'ADDON_NOT_FOUND',
      `Expected the native addon for ${process.platform}-${process.arch} in ${root} but found none. There are prebuilt ones for linux-x64; elsewhere build it with: npm run build`,
      { cause },
    )
  }
}

/** The folder that holds package.json, from the sources or from dist. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder)
  return folder
}

function open(option?: string): { native: Native; libtorch: LibTorch } {
  const { loader, engines } = addonFiles()
  const libtorch = locate([...engines.keys()], option)
  const minor = libtorch.version.split('.').slice(0, 2).join('.')
  quietOpenMp()
  const native = openLibraries(require(loader) as Loader, libtorch, engines.get(minor) as string)
  if (native.version !== libtorch.version) {
    process.emitWarning(`LibTorch ${libtorch.version} is used; the addon was built with ${native.version}`)
  }
  // process.exit() runs no cleanup hooks, and a running compute thread would race LibTorch's static destructors.
  process.once('exit', () => native.shutdown())
  return { native, libtorch }
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
