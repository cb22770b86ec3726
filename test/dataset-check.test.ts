import { copyFile, cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { checkDataset, flawsOf } from '../lib/data/datasets/check.js'
import { openDataset } from '../lib/data/datasets/dataset.js'
import { flatPng, folderOf, put } from './dataset-folders.js'
import { silverpoint } from './silverpoint.js'

const demo = (name: string) => fileURLToPath(new URL(`../examples/demo/pair/${name}`, import.meta.url))
const GREY = [90, 92, 91] as const
const BROWN = [120, 90, 60] as const

/** Pairs of 20 x 25 in brown and grey, all different. */
async function pairsIn(folder: string, stems: readonly string[]): Promise<void> {
  for (const [i, stem] of stems.entries()) {
    await put(folder, `photos/${stem}.png`, await flatPng(20, 25, [BROWN[0] + i, BROWN[1], BROWN[2]]))
    await put(folder, `sketches/${stem}.png`, await flatPng(20, 25, [GREY[0] + i, GREY[1], GREY[2]]))
  }
}

describe('a data set in order', () => {
  it('is told of by sizes, colour, styles and sources', async () => {
    const folder = await folderOf('set', [])
    await pairsIn(join(folder, 'ink'), ['1', '2'])
    await pairsIn(join(folder, 'chalk'), ['1'])
    const report = await checkDataset(await openDataset(folder))
    expect(report).toMatchObject({
      ...{ name: 'set', layout: 'plain', split: 'all', pairs: 3 },
      ...{ styles: { ink: 2, chalk: 1 }, sources: {} },
      photos: { sizes: { '20x25': 3 }, grey: 0, colour: 3 },
      sketches: { sizes: { '20x25': 3 }, grey: 3, colour: 0 },
      // The same files under another style are another artist's.
      duplicates: [],
    })
    expect(flawsOf(report)).toBe(0)
  })

  it('counts each half of what stands side by side', async () => {
    const folder = await folderOf('set', [])
    const photo = sharp({ create: { width: 10, height: 10, channels: 3, background: '#a05020' } })
    await put(folder, 'train/1.png', await photo.extend({ right: 10, background: 'white' }).png().toBuffer())
    const report = await checkDataset(await openDataset(folder))
    expect(report.photos).toEqual({ sizes: { '10x10': 1 }, grey: 0, colour: 1 })
    expect(report.sketches).toEqual({ sizes: { '10x10': 1 }, grey: 1, colour: 0 })
    expect(report.duplicates).toEqual([])
    expect(report.otherSplits).toEqual([{ train: 70, test: 70 }])
  })

  it('knows the published splits, of which CUFS has two', async () => {
    const set = await openDataset(await folderOf('CUFS', ['test_photos/1.png', 'test_sketches/1.png']))
    const splits = async (train: number, test: number) =>
      (await checkDataset({ ...set, pairs: [], splits: { train, test } })).otherSplits
    expect(await splits(268, 338)).toBeUndefined()
    expect(await splits(306, 300)).toBeUndefined()
    expect(await splits(300, 306)).toHaveLength(2)
  })
})

describe('what is wrong with single pairs', () => {
  const broken = async () => {
    const folder = await folderOf('set', [])
    await pairsIn(folder, ['1', '2', '3', '4'])
    await put(folder, 'photos/2.png', 'no picture')
    await put(folder, 'sketches/3.png', await flatPng(40, 25, GREY))
    await put(folder, 'photos/5.png', await flatPng(20, 25, GREY))
    await copyFile(join(folder, 'photos/1.png'), join(folder, 'sketches/4.png'))
    return folder
  }

  it('is all listed', async () => {
    const folder = await broken()
    const report = await checkDataset(await openDataset(folder))
    expect(report.unmatched).toEqual({ photos: [join(folder, 'photos/5.png')], sketches: [] })
    expect(report.unreadable).toEqual([
      { path: join(folder, 'photos/2.png'), message: expect.stringMatching(/a whole JPEG/) },
    ])
    expect(report.duplicates).toEqual([[join(folder, 'photos/1.png'), join(folder, 'sketches/4.png')]])
    expect(report.differing).toEqual([{ stem: '3', photo: '20x25', sketch: '40x25' }])
    expect(flawsOf(report)).toBe(4)
  })

  it('is told by the command, which exits 3', async () => {
    const folder = await broken()
    const told = await silverpoint(['dataset', 'check', folder])
    expect(told.code).toBe(3)
    expect(told.stdout).toMatch(
      /^set {2}layout plain {2}split all {2}4 pairs\nphotos +20x25: 3; 3 in colour, 0 grey\n/,
    )
    expect(told.stdout).toMatch(
      /\nno sketch of .*photos.5\.png\nunreadable: .*2\.png: .*\nthe same content: .*\nframed apart: 3: /,
    )
    expect(told.stdout).toMatch(/4 things are wrong with it\.\n$/)
    const json = await silverpoint(['dataset', 'check', folder, '--json', '--layout', 'plain', '-q'])
    expect(json).toMatchObject({ code: 3, stderr: '' })
    expect(JSON.parse(json.stdout)).toMatchObject({ name: 'set', pairs: 4, differing: [{ stem: '3' }] })
  })

  it('needs a data set to be told of', async () => {
    const empty = await silverpoint([
      'dataset',
      'check',
      await folderOf('none', ['photos/1.jpg', 'sketches/2.jpg']),
    ])
    expect(empty).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/error DATASET_INVALID: /),
    })
    const split = await silverpoint(['dataset', 'check', await broken(), '--split', 'test'])
    expect(split).toMatchObject({ code: 2, stderr: expect.stringMatching(/this data set is not split/) })
  })

  it('stops when told to', async () => {
    const set = await openDataset(await broken())
    const stopped = checkDataset(set, { signal: AbortSignal.abort() })
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})

it('landmarks tell pairs of one size whose faces lie apart', async () => {
  const folder = await folderOf('set', [])
  for (const side of ['photos', 'sketches']) await mkdir(join(folder, side))
  for (const stem of ['apart', 'together']) {
    await cp(demo('photo.png'), join(folder, `photos/${stem}.png`))
    await cp(demo('sketch.png'), join(folder, `sketches/${stem}.png`))
  }
  const { width, height } = await sharp(demo('sketch.png')).metadata()
  const shift = Math.round(width / 8)
  const moved = await sharp(demo('sketch.png'))
    .extract({ left: shift, top: 0, width: width - shift, height })
    .extend({ right: shift, background: 'white' })
    .png()
    .toBuffer()
  await put(folder, 'sketches/apart.png', moved)
  await pairsIn(folder, ['faceless'])
  const report = await checkDataset(await openDataset(folder), { landmarks: true })
  expect(report.differing).toMatchObject([{ stem: 'apart' }])
  expect(report.differing[0]!.distance).toBeGreaterThan(0.2)
  expect(report.faceless).toEqual(['faceless'])
  // The two photos.
  expect(report.duplicates).toHaveLength(1)
})
