import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { assembleOsSketch } from '../lib/data/datasets/assemble-os-sketch.js'
import { openDataset } from '../lib/data/datasets/dataset.js'
import { SOURCES, type Source } from '../lib/data/datasets/os-sketch.js'
import { type Image, readImage } from '../lib/data/image.js'
import { flatPng, folderOf, put } from './dataset-folders.js'
import { silverpoint } from './silverpoint.js'

// The detector takes a quarter of a second for a picture, even for the hundreds here that are of one grey.
vi.mock('../lib/data/face-detector.js', async (load) => {
  const { detectFaces } = await load<typeof import('../lib/data/face-detector.js')>()
  return { detectFaces: async (image: Image) => (image.width <= 40 ? [] : detectFaces(image)) }
})

const demo = fileURLToPath(new URL('../examples/demo/pair', import.meta.url))
const range = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

/** The four sets, each with a pair more than is taken, in files without pictures. */
const SETS: Record<Source, { files: string[]; list: string[] }> = {
  cufs: {
    files: range(101).flatMap((i) =>
      i > 50
        ? [`test_photos/${i}.png`, `test_sketches/${i}.png`]
        : [`train_photos/${i}.png`, `train_sketches/${i}.png`],
    ),
    list: range(100).map((i) => `${i}.jpg`),
  },
  cufsf: {
    files: range(111).flatMap((i) => [`test/photos/${i}.png`, `test/sketches/${i}.png`]),
    list: range(110).map((i) => `test/sketches/${i}.png`),
  },
  wildsketch: {
    files: range(75).flatMap((i) =>
      ['train', 'test'].flatMap((split) => [`${split}_photos/${i}.png`, `${split}_sketches/${i}.png`]),
    ),
    list: range(75).flatMap((i) => [`train_photos/${i}`, `test_photos/${i}`]),
  },
  internet: {
    files: range(41).flatMap((i) => [`photos/${i}.png`, `sketches/${i}.png`]),
    list: range(40).map((i) => `${i}.png`),
  },
}

let folders: Record<Source, string>
let lists: string
let output: string
beforeAll(async () => {
  const made = SOURCES.map(async (source) => [source, await folderOf(source, SETS[source].files)])
  folders = Object.fromEntries(await Promise.all(made))
  lists = await folderOf('lists', [])
  await writeLists({})
  output = join(dirname(lists), 'made', 'os-sketch')
})

/** All lists, some changed or left out. */
async function writeLists(changes: Partial<Record<Source, string[] | undefined>>): Promise<void> {
  for (const source of SOURCES) {
    const names = source in changes ? changes[source] : SETS[source].list
    if (names) await put(lists, `${source}.txt`, `${names.join('\r\n')}\n\n`)
    else await rm(join(lists, `${source}.txt`))
  }
}

describe('without being the 400 pairs of the paper, the name OS-Sketch is refused', () => {
  const refused = async (given: string | undefined, message: RegExp) => {
    const failed = assembleOsSketch(folders, given, output)
    await expect(failed).rejects.toMatchObject({ code: 'DATASET_INVALID' })
    await expect(failed).rejects.toThrow(message)
    expect(await readdir(dirname(dirname(output)))).toEqual(['lists'])
  }

  it('by the command, which says what is needed', async () => {
    const given = SOURCES.flatMap((source) => [`--${source}`, folders[source]])
    const ended = await silverpoint(['dataset', 'os-sketch', ...given, '-o', output])
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(
      /^error DATASET_INVALID: .*make the lists from the released set and pass --lists\./,
    )
  })

  it('without lists', () =>
    refused(undefined, /found no cufs\.txt, cufsf\.txt, wildsketch\.txt, internet\.txt/))

  it('with one list missing', async () => {
    await writeLists({ internet: undefined })
    await refused(
      lists,
      /the released file lists .* but found no internet\.txt\. .*must not be called OS-Sketch/,
    )
  })

  it('with another number of pairs of one source', async () => {
    await writeLists({ cufsf: SETS.cufsf.list.slice(1) })
    await refused(
      lists,
      /\(100 of cufs, 110 of cufsf, 150 of wildsketch, 40 of internet\) .* found .* 109 of cufsf/,
    )
  })

  it('with names that a source does not have, has several times, or that say one pair twice', async () => {
    await writeLists({ wildsketch: [...SETS.wildsketch.list.slice(2), '7.png', 'none.png'] })
    await refused(
      lists,
      /wildsketch\.txt but found 7\.png \(there 2 times\), none\.png \(not there\)\. Complete/,
    )
    await writeLists({ internet: [...SETS.internet.list.slice(1), '2.jpg'] })
    await refused(lists, /found 2\.jpg \(listed before\)/)
    await writeLists({ internet: range(40).map((i) => `x${i}`) })
    await refused(lists, /x5 \(not there\) and 35 more/)
  })
})

describe('put together', () => {
  const warnings: string[] = []
  let progress: [number, number]
  beforeAll(async () => {
    const grey = await flatPng(16, 20, [90, 90, 90])
    for (const source of SOURCES)
      for (const file of SETS[source].files) await writeFile(join(folders[source], file), grey)
    await cp(join(demo, 'photo.png'), join(folders.internet, 'photos/1.png'))
    await cp(join(demo, 'sketch.png'), join(folders.internet, 'sketches/1.png'))
    await writeLists({})
  })

  it('stops when it is told to, and keeps nothing', async () => {
    const stop = new AbortController()
    const stopped = assembleOsSketch(folders, lists, output, {
      signal: stop.signal,
      onPair: (done) => done === 3 && stop.abort(),
    })
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED', message: /after 3 of 400 pairs/ })
    expect(await readdir(dirname(output))).toEqual([])
  })

  it('killed, leaves nothing that the next one does not clear', { timeout: 120_000 }, async () => {
    const given = SOURCES.flatMap((source) => [`--${source}`, folders[source]])
    const killed = await silverpoint(['dataset', 'os-sketch', ...given, '--lists', lists, '-o', output], {
      hear: (said, kill) => said.includes('aligning 1/400') && kill('SIGKILL'),
    })
    expect(killed.signal).toBe('SIGKILL')
    const [left, ...more] = await readdir(dirname(output))
    expect(more).toEqual([])
    expect(await readdir(join(dirname(output), left!, 'photos'))).toContain('cufs_1.png')
    const stop = new AbortController()
    const next = assembleOsSketch(folders, lists, output, {
      signal: stop.signal,
      onPair: () => stop.abort(),
    })
    await expect(next).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(await readdir(dirname(output))).toEqual([])
  })

  it('names the pairs that cannot be brought into one frame, and keeps nothing', {
    timeout: 180_000,
  }, async () => {
    const wide = await flatPng(40, 20, [90, 90, 90])
    const odd = join(folders.cufs, 'train_photos/1.png')
    const before = await readFile(odd)
    await writeFile(odd, wide)
    const failed = assembleOsSketch(folders, lists, output)
    await expect(failed).rejects.toMatchObject({ code: 'FACE_NOT_FOUND' })
    await expect(failed).rejects.toThrow(
      /neither in .*train_photos.1\.png and .*train_sketches.1\.png\. Crop/,
    )
    expect(await readdir(dirname(output))).toEqual([])
    await writeFile(odd, before)
  })

  it('has the listed pairs, aligned, and says where each is from', { timeout: 180_000 }, async () => {
    const manifest = await assembleOsSketch(folders, lists, output, {
      onWarning: (message) => warnings.push(message),
      onPair: (...given) => (progress = given),
    })
    expect(progress).toEqual([400, 400])
    expect((await readdir(output)).sort()).toEqual(['os-sketch.json', 'photos', 'sketches'])
    expect(JSON.parse(await readFile(join(output, 'os-sketch.json'), 'utf8'))).toEqual(manifest)
    const hash = createHash('sha256').update(await readFile(join(lists, 'cufs.txt')))
    expect(manifest.lists[0]).toEqual({ source: 'cufs', file: 'cufs.txt', sha256: hash.digest('hex') })
    expect(manifest.pairs[0]).toEqual({
      ...{ stem: 'cufs_1', source: 'cufs', aligned: false },
      ...{ photo: 'train_photos/1.png', sketch: 'train_sketches/1.png' },
    })
    expect(manifest.pairs.filter(({ aligned }) => aligned)).toMatchObject([{ stem: 'internet_1' }])
    expect(warnings).toHaveLength(399)
    const [given, photo, sketch] = await Promise.all(
      [
        join(folders.internet, 'photos/1.png'),
        join(output, 'photos/internet_1.png'),
        join(output, 'sketches/internet_1.png'),
      ].map((path) => readImage(path)),
    )
    expect([photo!.width, photo!.height]).toEqual([sketch!.width, sketch!.height])
    expect(photo!.data).not.toEqual(given!.data)
  })

  it('is opened as OS-Sketch, with the source of each pair and its contrast to be normalised', async () => {
    const set = await openDataset(output)
    expect(set).toMatchObject({
      name: 'OS-Sketch',
      layout: 'os-sketch',
      split: 'all',
      normaliseContrast: true,
    })
    const count = (source: Source) => set.pairs.filter((pair) => pair.source === source).length
    expect(SOURCES.map(count)).toEqual([100, 110, 150, 40])
    expect(set.pairs.map(({ stem }) => stem)).toContain('wildsketch_train_75')
  })

  it('does not replace what is there', async () => {
    await expect(assembleOsSketch(folders, lists, output)).rejects.toMatchObject({ code: 'WRITE_FAILED' })
    expect((await openDataset(output)).pairs).toHaveLength(400)
  })

  it('loses its name with a pair less or more, or a broken os-sketch.json', async () => {
    const copy = join(await folderOf('copies', []), 'os-sketch')
    await cp(output, copy, { recursive: true })
    await put(copy, 'photos/more.png', '')
    await expect(openDataset(copy)).rejects.toThrow(/no others but found .*more\.png/)
    await rm(join(copy, 'photos/more.png'))
    await rm(join(copy, 'sketches/cufsf_9.png'))
    await expect(openDataset(copy)).rejects.toThrow(/found 100 of cufs, 109 of cufsf/)
    expect((await openDataset(copy, { layout: 'plain' })).name).toBe('os-sketch')
    await put(copy, 'os-sketch.json', '{ "format": "os-sketch", "version": 2 }')
    await expect(openDataset(copy)).rejects.toMatchObject({ code: 'DATASET_INVALID' })
    await expect(openDataset(copy)).rejects.toThrow(/1 for version in .*os-sketch\.json but received 2/)
  })
})

it('a folder that cannot be made is said', async () => {
  const file = join(dirname(lists), 'file')
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, '')
  await expect(assembleOsSketch(folders, lists, join(file, 'x'))).rejects.toMatchObject({
    code: 'WRITE_FAILED',
  })
})
