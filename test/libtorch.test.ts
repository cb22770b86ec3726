import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { installLibTorch } from '../lib/torch/install.js'
import { candidates, libraryFile, locate } from '../lib/torch/locate.js'
import { native, packageRoot } from '../lib/torch/native.js'
import { requireNode, requireSupportedPlatform } from '../lib/torch/platform.js'
import { requireRoom } from '../lib/torch/room.js'
import { distributionOf, placeOf, platformTags, requirements, wheelSet } from '../lib/torch/wheels.js'
import { recordOf, writeWheel } from './fake-wheel.js'

let folder: string
let cache: string
let said: string[]
const say = (text: string) => void said.push(text)
const fits = ['2.13']

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'silverpoint-libtorch-'))
  cache = join(folder, 'cache')
  said = []
  vi.stubEnv('SILVERPOINT_CACHE', cache)
  vi.stubEnv('SILVERPOINT_LIBTORCH', '')
  vi.stubEnv('LIBTORCH', '')
  vi.stubEnv('SILVERPOINT_PYTHON', '/nowhere/python')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const torchFiles = (version: string) => ({
  [`torch/lib/${libraryFile('torch_cpu')}`]: 'cpu',
  [`torch/lib/${libraryFile('c10')}`]: 'c10',
  'torch/lib/libtorch_cuda.so': 'cuda',
  'torch/lib/libtorch_python.so': 'python',
  'torch/include/torch/script.h': '#pragma once',
  'torch/version.py': `__version__ = '${version}+cu130'\n`,
  'torch/nn/__init__.py': 'pass',
})

/** Every wheel of the set under names that are not pinned, as of another Python, with something small inside. */
function wheels(variant: 'cpu' | 'cuda', version = '2.13.0'): string {
  const into = join(folder, 'wheels')
  mkdirSync(into, { recursive: true })
  for (const file of Object.keys(wheelSet(variant, 'linux', 'x64').wheels)) {
    const name = distributionOf(file)
    if (name === 'torch') writeWheel(join(into, `torch-${version}-cp312-cp312-any.whl`), torchFiles(version))
    else {
      const library = name === 'nvidia_cuda_runtime' ? 'libcudart.so.13' : `lib${name}.so.1`
      writeWheel(join(into, `${name}-0-py3-none-any.whl`), { [`nvidia/cu13/lib/${library}`]: name })
    }
  }
  return into
}

const left = () =>
  existsSync(cache) ? readdirSync(cache, { recursive: true }).filter((n) => `${n}`.includes('.new-')) : []

/** A LibTorch as its own archives have it. */
function standalone(version: string): string {
  const at = join(folder, `libtorch-${version}`)
  for (const [name, text] of Object.entries(torchFiles(version))) {
    const path = join(at, name.replace('torch/', ''))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  rmSync(join(at, 'lib', 'libtorch_cuda.so'))
  return at
}

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('installing from wheels', () => {
  it("takes the CPU's libraries into one folder, and headers; locate finds it", async () => {
    const installed = await installLibTorch({ from: wheels('cpu'), fits, say })
    expect(installed).toBe(join(cache, 'libtorch', '2.13.0-cpu'))
    expect(readdirSync(join(installed, 'lib')).sort()).toEqual([
      'libc10.so',
      'libcudart.so.13',
      'libtorch_cpu.so',
    ])
    expect(readFileSync(join(installed, 'include/torch/script.h'), 'utf8')).toBe('#pragma once')
    expect(locate(fits)).toMatchObject({ source: 'managed cache', folder: installed, version: '2.13.0' })
    expect(left()).toEqual([])
    expect(said.join('\n')).toContain('torch-2.13.0-cp312-cp312-any.whl is not a wheel silverpoint knows')
  })

  it("keeps Python's layout with CUDA, for that is what the libraries' search paths are made for", async () => {
    const installed = await installLibTorch({ from: wheels('cuda'), cuda: true, fits, say })
    expect(installed).toBe(join(cache, 'libtorch', '2.13.0-cuda', 'torch'))
    expect(readdirSync(join(installed, 'lib')).sort()).toEqual([
      'libc10.so',
      'libtorch_cpu.so',
      'libtorch_cuda.so',
    ])
    expect(existsSync(join(installed, '..', 'nvidia/cu13/lib/libnvidia_cublas.so.1'))).toBe(true)
    expect(existsSync(join(installed, 'nn'))).toBe(false)
    expect(locate(fits).folder).toBe(installed)
  })

  it('takes one wheel together with those beside it', async () => {
    const wheel = join(wheels('cpu'), 'torch-2.13.0-cp312-cp312-any.whl')
    expect(await installLibTorch({ from: wheel, fits })).toBe(join(cache, 'libtorch', '2.13.0-cpu'))
  })

  it('warns of another patch version and refuses another minor one', async () => {
    const from = wheels('cpu', '2.13.7')
    expect(await installLibTorch({ from, fits, say })).toBe(join(cache, 'libtorch', '2.13.7-cpu'))
    expect(said.join('\n')).toMatch(/warning: this is LibTorch 2\.13\.7; .* tested with 2\.13\.0/)
    rmSync(join(from, 'torch-2.13.7-cp312-cp312-any.whl'))
    await expect(installLibTorch({ from: wheels('cpu', '2.14.0'), fits })).rejects.toMatchObject({
      code: 'LIBTORCH_INSTALL_FAILED',
      message: expect.stringMatching(
        /Expected LibTorch 2\.13, which the addon is built for, but this is 2\.14\.0/,
      ),
    })
    expect(left()).toEqual([])
  })

  it('names the wheels that are missing', async () => {
    const from = wheels('cpu')
    rmSync(join(from, 'nvidia_cuda_cupti-0-py3-none-any.whl'))
    await expect(installLibTorch({ from, fits })).rejects.toThrow(/missed:\n {2}nvidia_cuda_cupti-13/)
  })

  it('refuses a pinned wheel with another sum, a damaged one, and what is no wheel', async () => {
    const from = wheels('cpu')
    const pinned = join(from, Object.keys(wheelSet('cpu', 'linux', 'x64').wheels)[0]!)
    writeWheel(pinned, torchFiles('2.13.0'))
    await expect(installLibTorch({ from, fits })).rejects.toThrow(
      /Expected the SHA-256 60fcdcb2.* but it is /,
    )
    rmSync(pinned)
    const wheel = join(from, 'torch-2.13.0-cp312-cp312-any.whl')
    writeWheel(
      wheel,
      torchFiles('2.13.0'),
      recordOf({ ...torchFiles('2.13.0'), 'torch/version.py': 'other' }),
    )
    await expect(installLibTorch({ from, fits })).rejects.toThrow(
      /torch\/version\.py differs from its sum in RECORD/,
    )
    writeFileSync(wheel, 'not a zip, though as long as the end of one would have to be')
    await expect(installLibTorch({ from, fits })).rejects.toMatchObject({ code: 'LIBTORCH_INSTALL_FAILED' })
    expect(readdirSync(join(cache, 'libtorch'))).toEqual([])
  })

  it('has pip check the sums of what it fetches', async () => {
    const from = join(folder, 'index')
    mkdirSync(from)
    for (const file of Object.keys(wheelSet('cpu', 'linux', 'x64').wheels)) {
      const [name, version] = file.split('-')
      const metadata = {
        'fake-1.dist-info/METADATA': `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
      }
      writeWheel(join(from, file), { ...torchFiles('2.13.0'), ...metadata })
    }
    vi.stubEnv('SILVERPOINT_PYTHON', 'python3')
    vi.stubEnv('PIP_NO_INDEX', '1')
    vi.stubEnv('PIP_FIND_LINKS', from)
    await expect(installLibTorch({ fits, say })).rejects.toMatchObject({
      code: 'LIBTORCH_INSTALL_FAILED',
      message: expect.stringMatching(/DO NOT MATCH THE HASHES/),
    })
    expect(said[0]).toMatch(
      /fetching LibTorch 2\.13\.0 \(cpu\) from PyPI: 540 MB to download, 510 MB kept in /,
    )
    expect(readdirSync(join(cache, 'libtorch'))).toEqual([])
  })

  it('leaves nothing when it is stopped, and sweeps up after processes that were killed', async () => {
    const abandoned = join(cache, 'libtorch', '.new-999999999-x')
    mkdirSync(abandoned, { recursive: true })
    const slow = join(folder, 'python')
    writeFileSync(slow, '#!/bin/sh\nexec sleep 60\n')
    chmodSync(slow, 0o755)
    vi.stubEnv('SILVERPOINT_PYTHON', slow)
    const controller = new AbortController()
    const stop = (text: string) => text.startsWith('fetching') && setTimeout(() => controller.abort(), 200)
    await expect(installLibTorch({ fits, say: stop, signal: controller.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    })
    expect(readdirSync(join(cache, 'libtorch'))).toEqual([])
  })

  it('says what is missing where there is no Python', async () => {
    await expect(installLibTorch({ fits })).rejects.toMatchObject({
      code: 'LIBTORCH_INSTALL_FAILED',
      message: expect.stringMatching(
        /\/nowhere\/python.*Install Python 3 with pip.*\n.*libtorch install --from WHEELS/,
      ),
    })
  })
})

describe('installing from a folder', () => {
  it('copies a LibTorch that stands alone', async () => {
    const installed = await installLibTorch({ from: standalone('2.13.0'), fits, say })
    expect(installed).toBe(join(cache, 'libtorch', '2.13.0-cpu'))
    expect(readFileSync(join(installed, 'lib', libraryFile('torch_cpu')), 'utf8')).toBe('cpu')
  })

  it("sends to where it is for Python's own, which needs what lies beside it", async () => {
    const from = standalone('2.13.0')
    mkdirSync(join(folder, 'nvidia'))
    await expect(installLibTorch({ from, fits })).rejects.toThrow(`SILVERPOINT_LIBTORCH=${from}`)
  })

  it('refuses what is no LibTorch, and what is not there', async () => {
    mkdirSync(join(folder, 'other', 'lib'), { recursive: true })
    await expect(installLibTorch({ from: join(folder, 'other'), fits })).rejects.toThrow(
      /found no .*torch_cpu/,
    )
    await expect(installLibTorch({ from: join(folder, 'none'), fits })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    })
  })

  it('asks for room first', async () => {
    await expect(requireRoom(folder, Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({
      code: 'LIBTORCH_INSTALL_FAILED',
      message: expect.stringMatching(/Expected \d+ MB free in .* but there are \d+ MB.*SILVERPOINT_CACHE/),
    })
    await requireRoom(folder, 1)
  })
})

describe('a LibTorch that is broken', () => {
  it("is an error with the system's own words, not a crash", () => {
    const libtorch = standalone('2.13.0')
    expect(() => native({ libtorch })).toThrow(
      expect.objectContaining({
        code: 'LIBTORCH_OPEN_FAILED',
        message: expect.stringMatching(/libtorch_cpu.*(file too short|invalid ELF header|not a mach-o)/i),
      }),
    )
  })
})

describe('the managed cache', () => {
  it('is looked through newest first, with CUDA last where there is no GPU', () => {
    for (const name of ['2.13.0-cpu', '2.13.10-cpu', '2.13.2-cuda/torch', '.new-1-x'])
      mkdirSync(join(cache, 'libtorch', name), { recursive: true })
    const looked = [...candidates(fits)].map(({ folder }) => folder.slice(join(cache, 'libtorch').length + 1))
    const plain = ['2.13.10-cpu', '2.13.0-cpu']
    const cuda = join('2.13.2-cuda', 'torch')
    expect(looked).toEqual(existsSync('/dev/nvidiactl') ? [cuda, ...plain] : [...plain, cuda])
  })
})

describe('the wheels', () => {
  it('are asked of pip by name, version, sum and platform', () => {
    const set = wheelSet('cuda', 'linux', 'x64')
    expect(requirements(set)).toMatch(/^torch==2\.13\.0 --hash=sha256:60fcdcb2\w{56}$/m)
    expect(requirements(set)).toMatch(/^nvidia-cudnn-cu13==9\.20\.0\.48 --hash=sha256:\w{64}$/m)
    expect(platformTags(set)).toEqual(expect.arrayContaining(['manylinux_2_28_x86_64', 'manylinux1_x86_64']))
    for (const sum of Object.values(set.wheels)) expect(sum).toMatch(/^[0-9a-f]{64}$/)
  })

  it('with CUDA are there for linux-x64 only', () => {
    expect(() => wheelSet('cuda', 'darwin', 'arm64')).toThrow(/linux-x64 for LibTorch with CUDA/)
  })

  it.each([
    ['torch/lib/libtorch_cpu.so', 'lib/libtorch_cpu.so', 'torch/lib/libtorch_cpu.so'],
    ['torch/lib/libomp.dylib', 'lib/libomp.dylib', 'torch/lib/libomp.dylib'],
    ['torch/lib/torch_cpu.dll', 'lib/torch_cpu.dll', 'torch/lib/torch_cpu.dll'],
    ['torch/lib/libnvpl_blas_core.so.0', 'lib/libnvpl_blas_core.so.0', 'torch/lib/libnvpl_blas_core.so.0'],
    ['torch/lib/libtorch.so', undefined, 'torch/lib/libtorch.so'],
    ['torch/lib/libtorch_cuda_linalg.so', undefined, 'torch/lib/libtorch_cuda_linalg.so'],
    ['torch/lib/libtorch_python.so', undefined, undefined],
    ['nvidia/cu13/lib/libcupti.so.13', 'lib/libcupti.so.13', 'nvidia/cu13/lib/libcupti.so.13'],
    ['nvidia/cu13/lib/libcublas.so.13', undefined, 'nvidia/cu13/lib/libcublas.so.13'],
    ['nvidia/cu13/lib/libcudart_static.a', undefined, undefined],
    ['nvidia/cu13/include/cuda.h', undefined, undefined],
    ['torch/include/torch/script.h', 'include/torch/script.h', 'torch/include/torch/script.h'],
    ['torch/include/', undefined, undefined],
    ['torch/nn/functional.py', undefined, undefined],
  ])('give %s', (entry, cpu, cuda) => {
    expect(placeOf(entry, 'cpu')).toBe(cpu)
    expect(placeOf(entry, 'cuda')).toBe(cuda)
  })
})

describe('where silverpoint cannot run, the alternative is named', () => {
  it.each([
    [{ platform: 'linux', arch: 'x64', libc: 'musl' }, /linux-x64 with musl.*Debian in place of Alpine/],
    [{ platform: 'darwin', arch: 'x64', libc: null }, /darwin-x64.*Dockerfile/],
    [{ platform: 'win32', arch: 'arm64', libc: null }, /win32-arm64.*Subsystem for Linux/],
    [
      { platform: 'freebsd', arch: 'x64', libc: null },
      /Expected linux-x64, linux-arm64, darwin-arm64, win32-x64/,
    ],
  ])('%o', (host, message) => {
    expect(() => requireSupportedPlatform(host)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_PLATFORM', message: expect.stringMatching(message) }),
    )
  })

  it('and where it can, nothing is said', () => {
    requireSupportedPlatform({ platform: 'linux', arch: 'arm64', libc: 'glibc' })
    requireNode('20.19.0')
    requireNode('22.0.0')
  })

  it('an old Node', () => {
    for (const version of ['18.20.8', '20.18.3'])
      expect(() => requireNode(version)).toThrow(/Expected Node 20\.19 or newer but this is/)
    const { engines } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'))
    expect(engines.node).toBe('>=20.19')
  })
})
