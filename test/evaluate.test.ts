import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type EvaluateOptions, evaluateFolders } from '../lib/benchmark/evaluate.js'
import { type Bundle, loadBundle } from '../lib/bundle/bundle.js'
import * as faces from '../lib/data/face-detector.js'
import { encodePng } from '../lib/data/image.js'
import { fromGrey } from '../lib/metrics/grey.js'
import { fixture } from './helpers.js'
import { figures, grey } from './metrics-fixture.js'
import { silverpoint } from './silverpoint.js'

let root: string
let bundle: Bundle
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'silverpoint-evaluate-'))
  bundle = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'float32' })
}, 60_000)
afterAll(async () => {
  bundle.dispose()
  await rm(root, { recursive: true })
})

/** A folder of fixture pictures under names of its own. */
async function folderOf(name: string, pictures: Record<string, string>): Promise<string> {
  const folder = join(root, name)
  await mkdir(folder, { recursive: true })
  for (const [file, picture] of Object.entries(pictures))
    await writeFile(join(folder, file), await encodePng(fromGrey(grey(picture))))
  return folder
}

const evaluate = (predictions: string, truths: string, options?: EvaluateOptions) =>
  evaluateFolders(bundle, predictions, truths, options)

describe('evaluateFolders', () => {
  // The fixtures have none, and it takes the longest to be sure of that.
  beforeEach(() => {
    vi.spyOn(faces, 'detectFaces').mockResolvedValue([])
  })

  it("gives the field's figures, by name whatever the ending, and their mean", async () => {
    const predictions = await folderOf('a', { 'one.png': 'sketch', 'two.png': 'sketch' })
    const truths = await folderOf('b', { 'one.png': 'other', 'two.png': 'noisy' })
    await sharp(join(truths, 'one.png')).tiff({ compression: 'lzw' }).toFile(join(truths, 'one.tiff'))
    await rm(join(truths, 'one.png'))
    const { pictures, set } = await evaluate(predictions, truths)
    expect(pictures.map(({ name }) => name)).toEqual(['one', 'two'])
    for (const [i, truth] of ['other', 'noisy'].entries())
      for (const metric of ['ssim', 'psnr', 'scoot'] as const)
        expect(pictures[i]!.scores[metric]).toBeCloseTo(figures[`${metric}/sketch/${truth}`]!, 6)
    const mean = (pictures[0]!.scores.ssim! + pictures[1]!.scores.ssim!) / 2
    expect(set.ssim).toEqual({ value: mean, count: 2 })
    expect(set.strokes!.value).toBeGreaterThan(0)
  })

  it('leaves LPIPS, FID and KID blank, with the reason, without their published networks', async () => {
    const folder = await folderOf('blank', { 'one.png': 'sketch', 'two.png': 'other' })
    const { set, notes } = await evaluate(folder, folder)
    for (const metric of ['lpips-alex', 'lpips-vgg', 'lpips-squeeze', 'fid', 'fid-clean', 'kid'] as const)
      expect(set[metric]).toMatchObject({ value: null, note: expect.stringContaining('of a metrics bundle') })
    expect(set.ssim).toEqual({ value: 1, count: 2 })
    expect(notes).toContain('CLIP is that of the bundle tiny.')
  })

  it('matches sizes and grey, and says so', async () => {
    const truths = await folderOf('sizes/truth', { 'one.png': 'other' })
    const predictions = join(root, 'sizes', 'prediction')
    await mkdir(predictions)
    const { width, height } = grey('other')
    await sharp(join(truths, 'one.png'))
      .resize(2 * width, 2 * height)
      .tint('orange')
      .toFile(join(predictions, 'one.png'))
    const { set, pictures, notes } = await evaluate(predictions, truths)
    expect(notes.slice(0, 2)).toEqual([
      `1 of 1 predictions resized, bicubic, from ${2 * width} x ${2 * height} to the truth's ${width} x ${height}.`,
      'Compared in grey: 1 of 1 predictions and 0 of 1 truths are in colour.',
    ])
    expect(pictures[0]!.scores.ssim).toBeGreaterThan(0.8)
    expect(set['rank-1']).toMatchObject({ value: null, note: 'needs at least 2 faces' })
  })

  it('normalises contrast where asked to', async () => {
    const [a, b] = [await folderOf('c', { 'one.png': 'noisy' }), await folderOf('d', { 'one.png': 'other' })]
    const [plain, normalised] = [await evaluate(a, b), await evaluate(a, b, { normaliseContrast: true })]
    expect(normalised.notes[0]).toBe('Contrast of predictions and truths normalised (grey, x 1.5).')
    expect(normalised.pictures[0]!.scores.ssim).not.toBe(plain.pictures[0]!.scores.ssim)
  })

  it('refuses what cannot be matched', async () => {
    const truths = await folderOf('i', { 'one.png': 'other' })
    const twice = await folderOf('twice', { 'one.png': 'sketch' })
    await cp(join(twice, 'one.png'), join(twice, 'one.jpg'))
    await expect(evaluate(twice, truths)).rejects.toThrow(
      `Expected one picture a name for ${twice} but received "one.jpg and one.png". Move one of them away.`,
    )
    await expect(evaluate(await folderOf('empty', {}), truths)).rejects.toThrow('a folder with pictures')
    await expect(evaluate(await folderOf('others', { 'two.png': 'sketch' }), truths)).rejects.toThrow(
      /Expected pictures of the same names in .*others and .* such as one/,
    )
    await expect(evaluate(join(root, 'nowhere'), truths)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  })

  it('tells faces apart where the truths have some', async () => {
    vi.restoreAllMocks()
    const folder = join(root, 'faces')
    await mkdir(folder)
    for (const name of ['obama-2010.png', 'biden-2009.png'])
      await cp(fileURLToPath(new URL(`../examples/demo/photos/${name}`, import.meta.url)), join(folder, name))
    const { set } = await evaluate(folder, folder)
    expect(set.identity!.value).toBeCloseTo(1, 6)
    expect(set['rank-1']).toEqual({ value: 1, count: 2 })
  })

  it('scores nothing where nothing can be read', async () => {
    const predictions = await folderOf('g', {})
    await writeFile(join(predictions, 'one.png'), 'no picture')
    const { pictures, set, failed } = await evaluate(predictions, await folderOf('h', { 'one.png': 'other' }))
    expect(pictures).toEqual([])
    expect(failed[0]!.error.code).toBe('IMAGE_INVALID')
    expect(set.ssim).toEqual({ value: null, count: 0 })
  })
})

describe('silverpoint evaluate', { timeout: 120_000 }, () => {
  it('names what has no counterpart or cannot be read, scores the rest and exits 3', async () => {
    const predictions = await folderOf('e', {
      'one.png': 'sketch',
      'contact-sheet.png': 'odd',
      'extra.png': 'odd',
    })
    await writeFile(join(predictions, 'broken.png'), 'no picture')
    const truths = await folderOf('f', { 'one.png': 'other', 'broken.png': 'other', 'lone.png': 'other' })
    const table = join(root, 'scores.csv')
    const args = ['--json', '--csv', table, '--bundle', fixture('tiny'), '--device', 'cpu']
    const { code, stdout, stderr } = await silverpoint(['evaluate', predictions, truths, ...args])
    expect(code).toBe(3)
    const [picture, overall, ...more] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(more).toEqual([])
    expect(picture).toMatchObject({ what: 'picture', name: 'one' })
    expect(overall).toMatchObject({
      ...{ what: 'overall', count: 1 },
      missing: { predictions: [join(truths, 'lone.png')], truths: [join(predictions, 'extra.png')] },
      failed: [{ name: 'broken', code: 'IMAGE_INVALID' }],
    })
    expect(stderr).toContain(`no prediction for ${join(truths, 'lone.png')}`)
    expect(stderr).toMatch(/not scored: broken: Expected a whole JPEG, PNG/)

    const [header, first, last] = (await readFile(table, 'utf8')).split('\r\n').map((line) => line.split(','))
    expect(header!.slice(0, 5)).toEqual(['kind', 'name', 'prediction', 'truth', 'ssim'])
    expect(Number(first![4])).toBe(picture.scores.ssim)
    expect(last!.slice(0, 5)).toEqual(['overall', '', '', '', String(overall.scores.ssim.value)])
  })

  it('prints a table for people, and why columns are blank', async () => {
    const folder = await folderOf('table', { 'one.png': 'sketch' })
    const { code, stdout } = await silverpoint(['evaluate', folder, folder, '--bundle', fixture('tiny')])
    expect(code).toBe(0)
    const lines = stdout.trim().split('\n')
    expect(lines[0]).toMatch(/^picture +SSIM ↑ +/)
    expect(lines[1]).toMatch(/^one +1\.0000 /)
    expect(lines[2]).toMatch(/^overall \(1\) +1\.0000 /)
    expect(lines).toContain('FID: blank: needs the role fid_inception of a metrics bundle')
  })
})
