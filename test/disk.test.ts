import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FileResult, sketchFiles } from '../lib/batch/sketch-files.js'
import { Sketcher } from '../lib/batch/sketcher.js'
import { type Bundle, loadBundle } from '../lib/bundle/bundle.js'
import { findImages } from '../lib/data/find-images.js'
import { contents } from './contents.mjs'
import { fixture } from './helpers.js'
import { makePhotos, makeStyle } from './photos.js'
import { type Start, silverpoint } from './silverpoint.js'

let bundle: Bundle
let folder: string
let style: string

beforeAll(async () => {
  bundle = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'float32' })
  folder = await mkdtemp(join(tmpdir(), 'silverpoint-disk-'))
  style = join(folder, 'style.safetensors')
  await (await makeStyle(bundle, 'a pencil sketch', 1)).save(style)
})
afterAll(async () => {
  bundle.dispose()
  await rm(folder, { recursive: true })
})

const MODEL = ['--bundle', fixture('tiny'), '--device', 'cpu', '--threads', '1']

/** Sketches all of a folder, as it is found. @param onItem may change what is on the disk meanwhile. */
async function sketch(photos: string, out: string, onItem?: (item: FileResult) => void | Promise<void>) {
  await using sketcher = new Sketcher(bundle, { optional: 'a drawing', steps: 1, batch: 1 })
  const changes: (void | Promise<void>)[] = []
  const failed: Record<string, string | undefined> = {}
  const summary = await sketchFiles(sketcher, await findImages([photos]), out, {
    skipExisting: true,
    onItem: (item) => {
      if (item.error) failed[item.photo.slice(photos.length + 1)] = (item.error as { code?: string }).code
      changes.push(onItem?.(item))
    },
  })
  await Promise.all(changes)
  return { ...summary, failed }
}

const newPhotos = async (name: string, names: readonly string[]) => {
  await makePhotos(join(folder, name), names)
  return join(folder, name)
}

describe('a full disk', () => {
  it('ends a folder job with a typed error, nothing half-written, and the same command goes on', async () => {
    // Long names, so that the ledger is the largest file but the contact sheet.
    const names = Array.from({ length: 24 }, (_, n) => `${n}${'-'.repeat(240)}.png`)
    const photos = await newPhotos('full', names)
    const run = (out: string, start?: Start) =>
      silverpoint(['sketch', style, photos, '-o', out, '--steps', '1', '--skip-existing', ...MODEL], start)
    const [whole, out] = [join(folder, 'whole'), join(folder, 'full-out')]
    await run(whole)
    const sizes = await Promise.all(names.map(async (name) => (await readFile(join(whole, name))).length))
    const ledger = await readFile(join(whole, 'ledger.jsonl'))
    const room = Math.max(...sizes) + 1024
    expect(ledger.length).toBeGreaterThan(room)

    const early = await run(out, { largestFile: 1024 })
    expect(early.code).toBe(1)
    expect(early.stderr).toMatch(
      /error WRITE_FAILED: Expected to write .*\.png but files may not be that large/,
    )
    expect(await readdir(out)).toEqual(['ledger.jsonl'])

    const late = await run(out, { largestFile: room })
    expect(late.code).toBe(1)
    expect(late.stderr).toMatch(/error WRITE_FAILED: Expected to write .*ledger\.jsonl but/)
    const told = (await readFile(join(out, 'ledger.jsonl'), 'utf8')).split('\n')
    expect(told.pop()).toBe('')
    expect(told.length).toBeGreaterThan(0)
    expect(told.length % 4).toBe(0)
    for (const line of told) expect(JSON.parse(line)).toMatchObject({ seed: 0 })
    expect((await readdir(out)).filter((name) => name.endsWith('.tmp'))).toEqual([])

    expect((await run(out)).code).toBe(0)
    const pictures = async (of: string) => ({ ...(await contents(of)), 'ledger.jsonl': '' })
    expect(await pictures(out)).toEqual(await pictures(whole))
  })

  it('loses nothing of a learning run, neither at its checkpoint nor at its style', async () => {
    const photos = await newPhotos('pair', ['photo.png', 'drawing.png'])
    const pair = [join(photos, 'photo.png'), join(photos, 'drawing.png')]
    const learn = (out: string, start?: Start) =>
      silverpoint(
        [
          'learn',
          ...pair,
          '-o',
          join(out, 'a.safetensors'),
          '--text',
          'a',
          '--recipe',
          'paper',
          '--steps',
          '200',
          ...MODEL,
        ],
        start,
      )
    const interrupting = (): Start => {
      let sent = false
      return {
        hear: (said, kill) => {
          if (!sent && said.includes('learning 1/')) kill('SIGINT')
          sent ||= said.includes('learning 1/')
        },
      }
    }
    const [whole, out] = [join(folder, 'whole-style'), join(folder, 'full-style')]
    await mkdir(whole)
    await mkdir(out)
    await learn(whole)
    expect((await learn(out, interrupting())).code).toBe(130)
    const kept = await contents(out)
    expect(Object.keys(kept)).toEqual(['a.safetensors.checkpoint'])

    for (const start of [interrupting(), {}]) {
      const { code, stderr } = await learn(out, { ...start, largestFile: 512 })
      expect(code).toBe(1)
      expect(stderr).toMatch(/error WRITE_FAILED: Expected to write .*a\.safetensors/)
      expect(await contents(out)).toEqual(kept)
    }
    expect((await learn(out)).code).toBe(0)
    expect(await contents(out)).toEqual(await contents(whole))
  })
})

describe('an output folder', () => {
  it('that is read-only is refused before anything is drawn', async () => {
    const photos = await newPhotos('some', ['1.png'])
    const out = join(folder, 'read-only')
    await mkdir(out)
    await chmod(out, 0o555)
    await chmod(folder, 0o755)
    // Nothing is forbidden to root.
    const root = process.geteuid?.() === 0
    if (root) process.seteuid?.(65534)
    try {
      await expect(sketch(photos, out)).rejects.toMatchObject({
        code: 'WRITE_FAILED',
        message: expect.stringMatching(/ledger\.jsonl but its folder does not allow it/),
      })
    } finally {
      if (root) process.seteuid?.(0)
    }
    expect(await readdir(out)).toEqual([])
  })
})

describe('names of files', () => {
  const NAMES = [
    'with space.png',
    'new\nline.png',
    '-o.png',
    '--help.png',
    `${'n'.repeat(251)}.png`,
    'é\u0301.png',
  ]

  it('with spaces, line ends, leading dashes and 255 bytes are kept', async () => {
    const photos = await newPhotos('names', NAMES)
    const out = join(folder, 'names-out')
    expect(await sketch(photos, out)).toMatchObject({ sketched: NAMES.length, failed: {} })
    expect((await readdir(out)).sort()).toEqual([...NAMES, 'contact-sheet.png', 'ledger.jsonl'].sort())
    const ledger = (await readFile(join(out, 'ledger.jsonl'), 'utf8')).trimEnd().split('\n')
    expect(ledger.map((line) => JSON.parse(line).photo).sort()).toEqual([...NAMES].sort())
    expect(await sketch(photos, out)).toMatchObject({ sketched: 0, skipped: NAMES.length })
  })

  it('that look like options may be given after --', async () => {
    const photos = await newPhotos('dashes', ['-o.png'])
    const out = join(folder, 'dashes-out')
    const ended = await silverpoint(['sketch', style, '-o', out, '--steps', '1', ...MODEL, '--', '-o.png'], {
      cwd: photos,
    })
    expect(ended.code).toBe(0)
    expect(await readdir(out)).toContain('-o.png')
  })

  // Other systems refuse to make such names.
  it.runIf(process.platform === 'linux')('that are no UTF-8 are told of, and the others drawn', async () => {
    const photos = await newPhotos('bytes', ['good.png'])
    const good = await readFile(join(photos, 'good.png'))
    await writeFile(Buffer.concat([Buffer.from(`${photos}/bad`), Buffer.of(0xff), Buffer.from('.png')]), good)
    const summary = await sketch(photos, join(folder, 'bytes-out'))
    expect(summary).toMatchObject({ sketched: 1, failed: { 'bad\uFFFD.png': 'FILE_UNREADABLE' } })
    await mkdir(Buffer.concat([Buffer.from(`${photos}/sub`), Buffer.of(0xff)]))
    await expect(findImages([photos])).rejects.toThrow(/Expected a name in UTF-8 but .*sub\uFFFD.* Rename it/)
  })
})

describe('what changes in the middle of a job', () => {
  it('a photo that is deleted fails alone', async () => {
    const photos = await newPhotos('deleted', ['1.png', '2.png', '3.png', '4.png', '5.png'])
    const out = join(folder, 'deleted-out')
    const summary = await sketch(photos, out, () => rm(join(photos, '5.png'), { force: true }))
    expect(summary).toMatchObject({ sketched: 4, failed: { '5.png': 'FILE_NOT_FOUND' } })
    expect(summary.contactSheet).toBe(join(out, 'contact-sheet.png'))
  })

  it('a photo that was drawn before and is deleted is left out of the contact sheet', async () => {
    const photos = await newPhotos('gone', ['1.png', '2.png'])
    const out = join(folder, 'gone-out')
    await sketch(photos, out)
    await makePhotos(photos, ['3.png'])
    const summary = await sketch(photos, out, () => rm(join(photos, '1.png')))
    expect(summary).toMatchObject({ sketched: 1, skipped: 2, failed: {} })
    const later = join(folder, 'gone-again')
    await sketch(photos, later)
    expect((await readdir(later)).sort()).toEqual(['2.png', '3.png', 'contact-sheet.png', 'ledger.jsonl'])
  })

  it('a link that leads to itself fails alone', async () => {
    const photos = await newPhotos('links', ['1.png'])
    await symlink('loop.png', join(photos, 'loop.png'))
    await symlink('.', join(photos, 'here'))
    const summary = await sketch(photos, join(folder, 'links-out'))
    expect(summary).toMatchObject({ sketched: 1, failed: { 'loop.png': 'FILE_UNREADABLE' } })
  })
})
