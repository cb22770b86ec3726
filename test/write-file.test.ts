import { mkdir, mkdtemp, open, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { temporaryBeside, writeFileAtomically } from '../lib/data/write-file.js'
import { writeFolderAtomically } from '../lib/data/write-folder.js'

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  return { ...real, open: vi.fn(real.open) }
})

const bytes = (text: string) => new TextEncoder().encode(text)

/** The next file opened takes half of what is written to it and then fails as a full disk does. */
async function fillTheDisk(method: 'writeFile' | 'sync') {
  const real = (await vi.importActual<typeof import('node:fs/promises')>('node:fs/promises')).open
  vi.mocked(open).mockImplementationOnce(async (...args) => {
    const file = await real(...args)
    const whole = file.writeFile.bind(file)
    file[method] = async (data?: unknown) => {
      if (data instanceof Uint8Array) await whole(data.subarray(0, data.length >> 1))
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    }
    return file
  })
}

describe('writeFileAtomically', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'silverpoint-write-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('writes a new file and replaces an old one, leaving nothing else', async () => {
    const path = join(folder, 'style.safetensors')
    await writeFileAtomically(path, bytes('one, and longer'))
    expect(await readFile(path, 'utf8')).toBe('one, and longer')
    await writeFileAtomically(path, bytes('two'))
    expect(await readFile(path, 'utf8')).toBe('two')
    expect(await readdir(folder)).toEqual(['style.safetensors'])
  })

  it('writes under a name as long as the file system allows', async () => {
    const name = `${'n'.repeat(251)}.png`
    await writeFileAtomically(join(folder, name), bytes('x'))
    expect(await readdir(folder)).toEqual([name])
  })

  it.each(['writeFile', 'sync'] as const)('says so when the disk is full at %s', async (method) => {
    const path = join(folder, 'out.png')
    await fillTheDisk(method)
    await expect(writeFileAtomically(path, bytes('new'))).rejects.toMatchObject({
      code: 'WRITE_FAILED',
      message: `Expected to write ${path} but no space is left on the device. Free some space or choose another folder.`,
      cause: { code: 'ENOSPC' },
    })
    expect(await readdir(folder)).toEqual([])
  })

  it('leaves the old file as it was when the disk is full', async () => {
    const path = join(folder, 'out.png')
    await writeFile(path, 'old')
    await fillTheDisk('writeFile')
    await expect(writeFileAtomically(path, bytes('new'))).rejects.toMatchObject({ code: 'WRITE_FAILED' })
    expect(await readFile(path, 'utf8')).toBe('old')
    expect(await readdir(folder)).toEqual(['out.png'])
  })

  it('refuses a path under a file, in no folder, and of a folder', async () => {
    await writeFile(join(folder, 'file'), 'a file')
    await mkdir(join(folder, 'sub'))
    for (const [path, reason] of [
      [join(folder, 'file', 'out.png'), /a part of its path is a file\. Choose another path\.$/],
      [join(folder, 'none', 'out.png'), /its folder does not exist\. Make the folder first\.$/],
      [join(folder, 'sub'), /there is a folder of that name\. Choose another name\.$/],
    ] as const) {
      const failure = writeFileAtomically(path, bytes('x'))
      await expect(failure).rejects.toMatchObject({
        code: 'WRITE_FAILED',
        message: expect.stringMatching(reason),
      })
      await expect(failure).rejects.toThrow(path)
    }
    expect((await readdir(folder)).sort()).toEqual(['file', 'sub'])
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('a file')
  })
})

describe('writeFolderAtomically', () => {
  it("clears what killed runs left of it, and others' when nothing in it is new", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'silverpoint-write-'))
    const temporaries = ['pairs', 'dead', 'alive'].map((name) => temporaryBeside(join(folder, name)))
    const yesterday = Date.now() / 1000 - 86_400
    for (const path of temporaries) {
      await mkdir(join(path, 'photos'), { recursive: true })
      await writeFile(join(path, 'photos', '1.png'), 'x')
      await utimes(path, yesterday, yesterday)
    }
    const [, dead, alive] = temporaries as [string, string, string]
    await utimes(join(dead, 'photos'), yesterday, yesterday)
    await writeFolderAtomically(join(folder, 'pairs'), (made) => writeFile(join(made, 'one'), 'x'))
    expect((await readdir(folder)).sort()).toEqual([basename(alive), 'pairs'])
    expect(await readdir(join(folder, 'pairs'))).toEqual(['one'])
    await rm(folder, { recursive: true })
  })
})
