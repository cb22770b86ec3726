/** Fetches LibTorch from PyPI's wheels into the managed cache, by the user's pip: its index, proxy and certificates hold. */
import { execFile } from 'node:child_process'
import { createWriteStream, existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import yauzl from 'yauzl'
import { python } from '../config.js'
import { SilverpointError } from '../errors.js'
import { candidates, libtorchCache } from './locate.js'

const VERSION = '2.13.0'
/** The series the sources build with. */
export const SUPPORTED = ['2.13', '2.12', '2.11']

/** Wheels of Python 3.11 serve any Python: only their libraries and headers are used. */
const WHEELS = [
  {
    name: 'torch',
    version: VERSION,
    sha256: '60fcdcb2f3876e21146cb4524ef06397d727ca9ad5f020818547e25075fe3cb7',
  },
  {
    name: 'nvidia-cuda-runtime',
    version: '13.0.96',
    sha256: '7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548',
  },
  {
    name: 'nvidia-cuda-cupti',
    version: '13.0.85',
    sha256: '4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8',
  },
]
const DOWNLOAD = '540 MB to download, 490 MB kept'
/** libtorch_cpu of PyPI's wheel needs the two CUDA libraries even where there is no GPU. */
const LIBRARIES = ['libtorch_cpu.so', 'libc10.so', 'libgomp.so.1', 'libcudart.so.13', 'libcupti.so.13']

export interface InstallOptions {
  /** A torch wheel's folder of wheels, one wheel, or a LibTorch folder, in place of the download. */
  from?: string
  signal?: AbortSignal
  say?: (text: string) => void
}

/** The folder of a LibTorch that the addon can be built with; fetched when there is none. */
export async function findOrInstall(say: (text: string) => void): Promise<string> {
  const found = candidates(SUPPORTED).find(
    ({ refused, folder }) => !refused && existsSync(join(folder, 'include', 'torch')),
  )
  return found?.folder ?? installLibTorch({ say })
}

/** Returns the folder LibTorch was put in. Nothing half-written stays: it is built aside and renamed. */
export async function installLibTorch({
  from,
  say = () => {},
  signal,
}: InstallOptions = {}): Promise<string> {
  const target = join(libtorchCache(), `${VERSION}-cpu`)
  if (existsSync(target) && !from) {
    say(`LibTorch ${VERSION} is already in ${target}`)
    return target
  }
  await mkdir(libtorchCache(), { recursive: true })
  const work = await mkdtemp(join(libtorchCache(), '.new-'))
  try {
    const ready = join(work, 'libtorch')
    if (from && (await stat(from)).isDirectory() && existsSync(join(from, 'lib'))) {
      say(`copying LibTorch from ${from}`)
      await cp(from, ready, { recursive: true })
    } else {
      const wheels = from ? await localWheels(from) : await download(join(work, 'wheels'), say, signal)
      say('unpacking')
      for (const wheel of wheels) await unpack(wheel, ready)
      await writeFile(join(ready, 'version'), `${VERSION}\n`)
    }
    requireComplete(ready)
    await rm(target, { recursive: true, force: true })
    await rename(ready, target)
    say(`LibTorch is in ${target}`)
    return target
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function localWheels(from: string): Promise<string[]> {
  const folder = (await stat(from)).isDirectory() ? from : dirname(from)
  return (await readdir(folder)).filter((name) => name.endsWith('.whl')).map((name) => join(folder, name))
}

async function download(
  folder: string,
  say: (text: string) => void,
  signal?: AbortSignal,
): Promise<string[]> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SilverpointError(
      'LIBTORCH_INSTALL_FAILED',
      `Expected linux-x64 but this is ${process.platform}-${process.arch}. Point SILVERPOINT_LIBTORCH to a LibTorch ${VERSION} folder instead.`,
    )
  }
  await mkdir(folder, { recursive: true })
  const list = join(folder, 'requirements.txt')
  await writeFile(list, WHEELS.map((w) => `${w.name}==${w.version} --hash=sha256:${w.sha256}\n`).join(''))
  say(`fetching LibTorch ${VERSION} with ${python()} -m pip (${DOWNLOAD})`)
  const args = [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--require-hashes',
  ]
  args.push('--only-binary', ':all:', '--python-version', '3.11', '--platform', 'manylinux_2_28_x86_64')
  args.push(
    '--platform',
    'manylinux2014_x86_64',
    '--platform',
    'manylinux_2_25_x86_64',
    '-r',
    list,
    '-d',
    folder,
  )
  try {
    await promisify(execFile)(python(), args, { signal })
  } catch (cause) {
    throw new SilverpointError(
      'LIBTORCH_INSTALL_FAILED',
      `pip could not fetch LibTorch: ${String((cause as { stderr?: string }).stderr || cause).trim()}\nOn a machine without the network: silverpoint libtorch install --from WHEELS`,
      { cause },
    )
  }
  return localWheels(folder)
}

/** Takes a wheel's libraries, flat, and torch's headers. */
function unpack(wheel: string, target: string): Promise<void> {
  return new Promise((resolve, reject) => {
    yauzl.open(wheel, { lazyEntries: true }, (failure, archive) => {
      if (failure) return reject(failure)
      archive.on('end', resolve).on('error', reject)
      archive.on('entry', (entry: yauzl.Entry) => {
        const path = destination(entry.fileName)
        if (!path) return archive.readEntry()
        archive.openReadStream(entry, (error, stream) => {
          if (error) return reject(error)
          const file = join(target, path)
          mkdir(dirname(file), { recursive: true })
            .then(() => pipeline(stream, createWriteStream(file)))
            .then(() => archive.readEntry(), reject)
        })
      })
      archive.readEntry()
    })
  })
}

function destination(entry: string): string | undefined {
  if (entry.endsWith('/')) return undefined
  const name = entry.slice(entry.lastIndexOf('/') + 1)
  if (LIBRARIES.includes(name)) return join('lib', name)
  return entry.startsWith('torch/include/') ? entry.slice('torch/'.length) : undefined
}

function requireComplete(folder: string): void {
  const missing = LIBRARIES.slice(0, 2).filter((name) => !existsSync(join(folder, 'lib', name)))
  if (missing.length === 0) return
  throw new SilverpointError(
    'LIBTORCH_INSTALL_FAILED',
    `Expected ${missing.join(' and ')} in what was given but found none. Give torch's wheel with the nvidia-cuda-runtime and nvidia-cuda-cupti wheels beside it, or a LibTorch folder.`,
  )
}
