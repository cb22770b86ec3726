import { basename, join, relative } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { type Dataset, type DatasetOptions, openDataset } from '../lib/data/datasets/dataset.js'
import { picturesOf } from '../lib/data/datasets/pictures.js'
import { readImage } from '../lib/data/image.js'
import { folderOf, put } from './dataset-folders.js'
import { pixel } from './test-image.js'

const open = async (name: string, files: readonly string[], options?: DatasetOptions) =>
  openDataset(await folderOf(name, files), options)
const stems = ({ pairs }: Dataset) => pairs.map(({ stem }) => stem)
/** Below the data set's folder. */
const below = ({ folder }: Dataset, path: string) => relative(folder, path)

describe('a plain folder', () => {
  it('has the pairs of one name, whatever their endings, in natural order', async () => {
    const set = await open('mine', [
      'photos/b10.jpg',
      'photos/b9.PNG',
      'sketches/b9.png',
      'sketches/b10.webp',
    ])
    expect(set).toMatchObject({ name: 'mine', layout: 'plain', split: 'all', splits: {} })
    expect(set.normaliseContrast).toBe(false)
    expect(stems(set)).toEqual(['b9', 'b10'])
    expect(below(set, set.pairs[1]!.photo)).toBe(join('photos', 'b10.jpg'))
    expect(below(set, set.pairs[1]!.sketch)).toBe(join('sketches', 'b10.webp'))
    expect(Object.keys(set.pairs[0]!)).toEqual(['stem', 'photo', 'sketch'])
  })

  it('may have a folder for every style, and tells pairs of one name apart', async () => {
    const files = [
      'ink/photo/1.png',
      'ink/sketch/1.png',
      'chalk/photo/1.png',
      'chalk/sketch/1.png',
      'notes/a.txt',
    ]
    const set = await open('styles', files)
    expect(set.pairs.map(({ stem, style }) => [stem, style])).toEqual([
      ['chalk_1', 'chalk'],
      ['ink_1', 'ink'],
    ])
    const apart = await open('styles', [...files.slice(0, 2), 'chalk/photo/2.png', 'chalk/sketch/2.png'])
    expect(stems(apart)).toEqual(['2', '1'])
  })

  it('names what has no counterpart', async () => {
    const set = await open('mine', [
      'photos/1.jpg',
      'photos/2.jpg',
      'sketches/2.jpg',
      'sketches/3.png',
      '.x/photos/9.jpg',
    ])
    expect(stems(set)).toEqual(['2'])
    expect(set.unmatched.photos.map((path) => below(set, path))).toEqual([join('photos', '1.jpg')])
    expect(set.unmatched.sketches.map((path) => below(set, path))).toEqual([join('sketches', '3.png')])
  })

  it('is refused with two files of one name', async () => {
    const twice = open('mine', ['photos/1.jpg', 'photos/1.png', 'sketches/1.png'])
    await expect(twice).rejects.toMatchObject({ code: 'DATASET_INVALID' })
    await expect(twice).rejects.toThrow(/one file named 1 but found .*1\.jpg and .*1\.png/)
    // As files of an output they would have one name, too.
    const nested = open('mine', ['photos/a/1.jpg', 'photos/a_1.jpg', 'sketches/a_1.jpg'])
    await expect(nested).rejects.toThrow(/one file named a_1/)
  })
})

describe('FS2K', () => {
  const annotations = (...rows: [string, number][]) =>
    JSON.stringify(rows.map(([image_name, style]) => ({ image_name, style, skin_patch: [1, 2], hair: 0 })))
  const unsplit = [
    ...['photo/photo1/image0110.jpg', 'photo/photo1/image0111.jpg', 'photo/photo2/image0110.jpg'],
    ...['sketch/sketch1/sketch0110.jpg', 'sketch/sketch1/sketch0111.jpg', 'sketch/sketch2/sketch0110.png'],
  ]

  it('as downloaded: splits and styles are those of the annotations, not the folders', async () => {
    const folder = await folderOf('whatever', unsplit)
    await put(folder, 'anno_train.json', annotations(['photo1/image0110', 2], ['photo2/image0110', 0]))
    await put(folder, 'anno_test.json', annotations(['photo1/image0111', 1]))
    const set = await openDataset(folder)
    expect(set).toMatchObject({ name: 'FS2K', layout: 'fs2k', split: 'all (train 2, test 1)' })
    expect(set.pairs.map(({ stem, style }) => [stem, style])).toEqual([
      ['photo1_image0110', 'style3'],
      ['photo1_image0111', 'style2'],
      ['photo2_image0110', 'style1'],
    ])
    expect(below(set, set.pairs[2]!.sketch)).toBe(join('sketch', 'sketch2', 'sketch0110.png'))
    const test = await openDataset(folder, { split: 'test' })
    expect(test.split).toBe('test (train 2, test 1)')
    expect(stems(test)).toEqual(['photo1_image0111'])
  })

  it('as its script splits it: the same pairs', async () => {
    const folder = await folderOf('FS2K', [
      ...['train/photo/photo1_image0110.jpg', 'train/sketch/sketch1_sketch0110.jpg'],
      ...['test/photo/photo2_image0007.jpg', 'test/sketch/sketch2_sketch0007.png'],
      'test/photo/photo3_image0001.jpg',
    ])
    await put(folder, 'anno_test.json', annotations(['photo2/image0007', 1]))
    const set = await openDataset(folder)
    expect(set.pairs.map(({ stem, style }) => [stem, style])).toEqual([
      ['photo1_image0110', undefined],
      ['photo2_image0007', 'style2'],
    ])
    expect(set.splits).toEqual({ train: 1, test: 1 })
    expect((await openDataset(folder, { split: 'train' })).unmatched.photos).toEqual([])
    expect((await openDataset(folder, { split: 'test' })).unmatched.photos).toHaveLength(1)
  })

  it('says what is wrong with its annotations', async () => {
    const folder = await folderOf('FS2K', unsplit)
    await put(folder, 'anno_test.json', '[{ "image_name": 3 }]')
    await expect(openDataset(folder)).rejects.toMatchObject({ code: 'DATASET_INVALID' })
    await expect(openDataset(folder)).rejects.toThrow(/string for 0\.image_name in .*anno_test\.json/)
  })
})

describe('CUFS, CUFSF and WildSketch', () => {
  it('are split by the names of their folders', async () => {
    const files = ['train_photos/1.jpg', 'train_sketches/1.png', 'test_photos/1.jpg', 'test_sketches/1.jpg']
    const set = await open('CUFSF-cropped', [...files, 'test_photos/2.jpg'])
    expect(set).toMatchObject({ name: 'CUFSF', layout: 'cufs', split: 'all (train 1, test 1)' })
    expect(stems(set)).toEqual(['train_1', 'test_1'])
    expect(set.unmatched.photos).toHaveLength(1)
    const test = await open('wild_sketch', files, { split: 'test' })
    expect(test).toMatchObject({ name: 'WildSketch', split: 'test (train 1, test 1)' })
    expect(stems(test)).toEqual(['test_1'])
    expect((await open('other', files)).name).toBe('other')
  })

  it('may have databases, which are the source of their pairs, and folders within the split', async () => {
    const set = await open('CUFS', [
      ...['AR/test/photos/m-001.jpg', 'AR/test/sketches/m-001.png', 'AR/train/photos/m-002.jpg'],
      ...['AR/train/sketches/m-002.jpg', 'XM2VTS/test_photos/7.jpg', 'XM2VTS/test_sketches/7.jpg'],
    ])
    expect(set.name).toBe('CUFS')
    expect(set.pairs.map(({ stem, source }) => [stem, source])).toEqual([
      ['m-002', 'AR'],
      ['m-001', 'AR'],
      ['7', 'XM2VTS'],
    ])
    expect(set.split).toBe('all (train 1, test 2)')
  })
})

describe('APDrawing', () => {
  it('has photo and drawing side by side in one file', async () => {
    const left = { create: { width: 4, height: 4, channels: 3, background: 'red' } } as const
    const both = await sharp(left).extend({ right: 4, background: 'white' }).png().toBuffer()
    const folder = await folderOf('apdrawing', ['landmark/ALL/1.txt'])
    await put(folder, 'data/train/1.png', both)
    await put(folder, 'data/test/img_2.png', both)
    const set = await openDataset(folder)
    expect(set).toMatchObject({ name: 'APDrawing', layout: 'apdrawing', split: 'all (train 1, test 1)' })
    const [pair] = set.pairs
    expect(pair).toMatchObject({ stem: '1', sideBySide: true, photo: pair!.sketch })
    const { photo, sketch } = await picturesOf(pair!)
    const [red, white] = [await readImage(photo), await readImage(sketch)]
    expect([red.width, red.height, white.width]).toEqual([4, 4, 4])
    expect(pixel(red, 3, 2)).toEqual([255, 0, 0])
    expect(pixel(white, 0, 2)).toEqual([255, 255, 255])
  })

  it('is not seen in folders of single photos', async () => {
    const folder = await folderOf('photos-only', [])
    const photo = await sharp({ create: { width: 4, height: 5, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    await put(folder, 'train/1.png', photo)
    await expect(openDataset(folder)).rejects.toThrow(/a data set's layout .* but found the folders train/)
  })
})

describe("VISII's pairs", () => {
  it('are before and after, by number', async () => {
    const set = await open('painting1', ['0_0.png', '0_1.png', '10_0.png', '10_1.jpg', '3_0.png', 'test.png'])
    expect(set).toMatchObject({ name: 'painting1', layout: 'visii', split: 'all' })
    expect(stems(set)).toEqual(['0', '10'])
    expect(basename(set.pairs[1]!.sketch)).toBe('10_1.jpg')
    expect(set.unmatched.photos.map((path) => basename(path))).toEqual(['3_0.png'])
  })

  it('may lie in folders, one for every style', async () => {
    const set = await open('images', ['a/0_0.png', 'a/0_1.png', 'b/0_0.png', 'b/0_1.png'])
    expect(set.pairs.map(({ stem, style }) => [stem, style])).toEqual([
      ['a_0', 'a'],
      ['b_0', 'b'],
    ])
  })
})

describe('openDataset', () => {
  it('names the layouts it knows where a folder has none of them', async () => {
    const failed = open('odd', ['pictures/1.png', 'drawings/1.png'])
    await expect(failed).rejects.toMatchObject({ code: 'DATASET_INVALID' })
    await expect(failed).rejects.toThrow(
      /plain: photos\/ \+ sketches\/.* but found the folders drawings, pictures\./,
    )
    await expect(open('empty', [])).rejects.toThrow(/but found no folders/)
  })

  it('says how many files there are where none belong together', async () => {
    const apart = open('mine', ['photos/1.jpg', 'photos/2.jpg', 'sketches/3.jpg'])
    await expect(apart).rejects.toMatchObject({ code: 'DATASET_INVALID' })
    await expect(apart).rejects.toThrow(/found 2 photos and 1 sketches, none of which belong together/)
    await expect(open('mine', ['photos/1.jpg', 'sketches/readme.txt'])).rejects.toThrow(
      /1 photos and 0 sketches/,
    )
  })

  it('takes the layout it is told, and refuses others and splits that are not there', async () => {
    const files = ['photo/photo1/image0001.jpg', 'sketch/sketch1/sketch0001.jpg']
    await expect(open('x', files, { layout: 'plain' })).rejects.toThrow(
      /layout plain .* none of which belong/,
    )
    const unknown = open('x', files, { layout: 'cuhk' as 'plain' })
    await expect(unknown).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    const unsplit = open('mine', ['photos/1.jpg', 'sketches/1.jpg'], { split: 'test' })
    await expect(unsplit).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(unsplit).rejects.toThrow(/none \(this data set is not split\) for split but received "test"/)
    const split = ['train_photos/1.jpg', 'train_sketches/1.jpg']
    await expect(open('CUFS', split, { split: 'val' })).rejects.toThrow(/Expected train for split/)
  })

  it('says that a folder is not there, or no folder', async () => {
    await expect(openDataset('/nowhere/at/all')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    const folder = await folderOf('x', ['file'])
    await expect(openDataset(join(folder, 'file'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  })
})
