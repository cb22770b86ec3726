/** Puts LibTorch into the managed cache, from PyPI's wheels or from what the user has. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { SilverpointError } from '../errors.js'
import { copyFolder, wheelsIn } from './given.js'
import { candidates, libraryFile, libtorchCache, minorOf, torchFolder, versionOf } from './locate.js'
import { addonFits } from './native.js'
import { download } from './pip.js'
import { requireSupportedPlatform } from './platform.js'
import { megabytes, requireRoom } from './room.js'
import { unpack } from './unpack.js'
import { SUPPORTED, type Variant, VERSION, wheelSet } from './wheels.js'

export interface InstallOptions {
  /** With all that NVIDIA GPUs need. */
  cuda?: boolean
  /** torch's wheel or a folder of wheels, or a LibTorch folder, in place of the download. */
  from?: string
  /** The major.minor versions taken; those of the addon by default. */
  fits?: readonly string[]
  signal?: AbortSignal
  say?: (text: string) => void
  /** Told what may turn out wrong; by default `say` is. */
  onWarning?: (text: string) => void
  /** Without pip's progress bar. */
  quiet?: boolean
}

/** The folder of a LibTorch that the addon can be built with; fetched when there is none. */
export async function findOrInstall(say: (text: string) => void): Promise<string> {
  for (const { refused, folder } of candidates(SUPPORTED))
    if (!refused && existsSync(join(folder, 'include', 'torch'))) return folder
  return installLibTorch({ say, fits: SUPPORTED })
}

/** Fetches LibTorch unless there is one that the addon can use. */
export async function ensureLibTorch(
  options: Pick<InstallOptions, 'say' | 'onWarning' | 'quiet' | 'signal'>,
): Promise<void> {
  const fits = addonFits()
  for (const { refused } of candidates(fits)) if (!refused) return
  await installLibTorch({ fits, ...options })
}

/**
 * Nothing half-written stays: LibTorch is made ready aside and renamed.
 * @returns the folder that holds lib/ and include/.
 * @throws LIBTORCH_INSTALL_FAILED, CANCELLED, UNSUPPORTED_PLATFORM.
 */
export async function installLibTorch(options: InstallOptions = {}): Promise<string> {
  const { cuda = false, from, say = () => {}, onWarning = say, signal, quiet, fits = installable() } = options
  requireSupportedPlatform()
  const variant = cuda ? 'cuda' : 'cpu'
  if (!from) {
    requireFit(VERSION, fits)
    const target = targetFolder(VERSION, variant)
    if (existsSync(target)) {
      say(`LibTorch ${VERSION} is already in ${target}`)
      return torchFolder(target)
    }
  }
  await mkdir(libtorchCache(), { recursive: true })
  await removeAbandoned()
  const work = await mkdtemp(join(libtorchCache(), `.new-${process.pid}-`))
  try {
    const ready = join(work, 'libtorch')
    await fill(ready, work, { from, variant, say, signal, quiet })
    return await takeOver(ready, variant, fits, { say, onWarning })
  } catch (error) {
    if (signal?.aborted) throw new SilverpointError('CANCELLED', 'Stopped while LibTorch was being installed')
    throw error
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

interface Filling {
  from: string | undefined
  variant: Variant
  say: (text: string) => void
  signal: AbortSignal | undefined
  quiet: boolean | undefined
}

/** Brings LibTorch to `ready`; `work` is for what is thrown away again. */
async function fill(
  ready: string,
  work: string,
  { from, variant, say, signal, quiet }: Filling,
): Promise<void> {
  if (from && existsSync(join(from, 'lib'))) {
    await copyFolder(resolve(from), ready, say)
    return
  }
  const set = wheelSet(variant)
  let wheels: string[]
  if (from) {
    await requireRoom(libtorchCache(), set.kept)
    wheels = await wheelsIn(resolve(from), set, say)
  } else {
    await requireRoom(libtorchCache(), set.download + set.kept)
    const sizes = `${megabytes(set.download)} to download, ${megabytes(set.kept)} kept`
    say(`fetching LibTorch ${VERSION} (${variant}) from PyPI: ${sizes} in ${libtorchCache()}`)
    const folder = join(work, 'wheels')
    await download(set, folder, { signal, quiet })
    wheels = Object.keys(set.wheels).map((file) => join(folder, file))
  }
  say('unpacking')
  for (const wheel of wheels) await unpack(wheel, ready, { variant, signal })
}

/** Checks what `ready` holds and gives it its name. */
async function takeOver(
  ready: string,
  variant: Variant,
  fits: readonly string[],
  { say, onWarning }: { say: (text: string) => void; onWarning: (text: string) => void },
): Promise<string> {
  const torch = torchFolder(ready)
  const missing = ['torch_cpu', 'c10']
    .map(libraryFile)
    .filter((name) => !existsSync(join(torch, 'lib', name)))
  const version = versionOf(torch)
  if (missing.length > 0 || !version) {
    throw new SilverpointError(
      'LIBTORCH_INSTALL_FAILED',
      `Expected LibTorch in what was given but found no ${missing.join(' and no ') || 'version'}. Give torch's wheel with NVIDIA's wheels beside it, or a LibTorch folder.`,
    )
  }
  requireFit(version, fits)
  if (version !== VERSION)
    onWarning(`warning: this is LibTorch ${version}; silverpoint is made and tested with ${VERSION}`)
  const hasCuda = existsSync(join(torch, 'lib', libraryFile('torch_cuda')))
  const target = targetFolder(version, hasCuda ? 'cuda' : variant)
  await rm(target, { recursive: true, force: true })
  await rename(ready, target)
  say(`LibTorch ${version} is in ${target}`)
  return torchFolder(target)
}

const targetFolder = (version: string, variant: Variant): string =>
  join(libtorchCache(), `${version}-${variant}`)

/** Before the addon is built, whatever its sources can be built with. */
function installable(): readonly string[] {
  try {
    return addonFits()
  } catch {
    return SUPPORTED
  }
}

function requireFit(version: string, fits: readonly string[]): void {
  if (fits.includes(minorOf(version))) return
  throw new SilverpointError(
    'LIBTORCH_INSTALL_FAILED',
    `Expected LibTorch ${fits.join(' or ')}, which the addon is built for, but this is ${version}. Give another, or build the addon from source.`,
  )
}

/** What processes that were killed have left. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(libtorchCache())) {
    const pid = /^\.new-(\d+)-/.exec(name)?.[1]
    if (pid && !isRunning(Number(pid)))
      await rm(join(libtorchCache(), name), { recursive: true, force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
