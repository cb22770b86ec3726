/** OS-Sketch, put together from the sets it was taken from. */
import { mkdir } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { SilverpointError } from '../../errors.js'
import { alignPair } from '../align.js'
import { encodePng, type Image, readImage } from '../image.js'
import { writeFileAtomically } from '../write-file.js'
import { writeFolderAtomically } from '../write-folder.js'
import { type DatasetPair, openDataset } from './dataset.js'
import { type FileList, pickPairs, readFileList } from './file-list.js'
import { hasFile } from './layout.js'
import { MANIFEST, type OsSketch, requirePaperCounts, SOURCES, type Source } from './os-sketch.js'
import { picturesOf } from './pictures.js'

export interface AssembleOptions {
  signal?: AbortSignal
  onPair?: (done: number, total: number) => void
  onWarning?: (message: string) => void
}

interface Planned {
  pair: DatasetPair
  entry: Omit<OsSketch['pairs'][number], 'aligned'>
}

/**
 * Writes `photos/`, `sketches/` and os-sketch.json into a new folder: the pairs that the lists name, each photo in the frame of
 * its sketch. All of it or, when it fails, nothing.
 * @param folders where each source is.
 * @param lists a folder with the released file lists: cufs.txt, cufsf.txt, wildsketch.txt and internet.txt.
 * @throws DATASET_INVALID without the lists, with other counts than the paper's, or where the sources lack what they name;
 * FACE_NOT_FOUND where pairs can't be brought into one frame; CANCELLED; WRITE_FAILED; and what openDataset and readImage throw.
 */
export async function assembleOsSketch(
  folders: Readonly<Record<Source, string>>,
  lists: string | undefined,
  output: string,
  options: AssembleOptions = {},
): Promise<OsSketch> {
  const read = await readLists(lists)
  const planned: Planned[] = []
  for (const { source, list } of read) planned.push(...(await plan(source, folders[source], list)))
  const manifest: OsSketch = {
    format: 'os-sketch',
    version: 1,
    pairs: [],
    lists: read.map(({ source, list }) => ({ source, file: basename(list.path), sha256: list.sha256 })),
  }
  await writeFolderAtomically(output, async (temporary) => {
    manifest.pairs = await writePairs(planned, temporary, options)
    await writeFileAtomically(
      join(temporary, MANIFEST),
      Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`),
    )
  })
  return manifest
}

async function readLists(folder: string | undefined): Promise<{ source: Source; list: FileList }[]> {
  const names = SOURCES.map((source) => `${source}.txt`)
  const there = await Promise.all(names.map((name) => folder !== undefined && hasFile(join(folder, name))))
  const missing = names.filter((_, i) => !there[i])
  if (folder === undefined || missing.length > 0)
    throw new SilverpointError(
      'DATASET_INVALID',
      `Expected a folder with the released file lists of OS-Sketch (${names.join(', ')}: one file's name a line) but found no ${missing.join(', ')}. Other pairs than the paper's must not be called OS-Sketch: make the lists from the released set and pass --lists.`,
    )
  const list = (source: Source) => readFileList(join(folder, `${source}.txt`))
  const lists = await Promise.all(SOURCES.map(async (source) => ({ source, list: await list(source) })))
  const sources = lists.flatMap(({ source, list }) => list.names.map(() => source))
  requirePaperCounts(sources, `the lists in ${folder}`)
  return lists
}

async function plan(source: Source, folder: string, list: FileList): Promise<Planned[]> {
  const inside = (path: string) => relative(folder, path).split(sep).join('/')
  return pickPairs(list, await openDataset(folder)).map((pair) => {
    const [photo, sketch] = [inside(pair.photo), inside(pair.sketch)]
    return { pair, entry: { stem: `${source}_${pair.stem}`, source, photo, sketch } }
  })
}

async function writePairs(
  planned: readonly Planned[],
  folder: string,
  { signal, onPair, onWarning }: AssembleOptions,
): Promise<OsSketch['pairs']> {
  for (const side of ['photos', 'sketches']) await mkdir(join(folder, side))
  const entries: OsSketch['pairs'] = []
  const apart: string[] = []
  for (const [done, { pair, entry }] of planned.entries()) {
    if (signal?.aborted)
      throw new SilverpointError(
        'CANCELLED',
        `Stopped after ${done} of ${planned.length} pairs; nothing is kept.`,
      )
    const framed = await inOneFrame(pair)
    if (!framed) apart.push(`${pair.photo} and ${pair.sketch}`)
    // After one that failed the others are only looked at: nothing will be kept.
    else if (apart.length === 0) {
      await writePair(framed, entry.stem, folder)
      entries.push({ ...entry, aligned: framed.aligned })
      if (!framed.aligned)
        onWarning?.(`${pair.sketch} or its photo shows no face that is known: framed as it came.`)
    }
    onPair?.(done + 1, planned.length)
  }
  if (apart.length === 0) return entries
  throw new SilverpointError(
    'FACE_NOT_FOUND',
    `Expected pairs with a face in both pictures, or of one size, but found neither in ${apart.join('; ')}. Crop these photos by hand to their sketches.`,
  )
}

interface Framed {
  photo: Image
  sketch: Image
  aligned: boolean
}

async function writePair({ photo, sketch }: Framed, stem: string, folder: string): Promise<void> {
  const write = async (side: string, image: Image) =>
    writeFileAtomically(join(folder, side, `${stem}.png`), await encodePng(image))
  await Promise.all([write('photos', photo), write('sketches', sketch)])
}

/** Aligned; where a face is not recognised, a pair of one size as it is; undefined for any other. */
async function inOneFrame(pair: DatasetPair): Promise<Framed | undefined> {
  const files = await picturesOf(pair)
  const photo = await readImage(files.photo, { name: pair.photo })
  const sketch = await readImage(files.sketch, { name: pair.sketch })
  try {
    const alignment = await alignPair(photo, sketch, pair)
    return { photo: alignment.photo, sketch, aligned: true }
  } catch (error) {
    if (!(error instanceof SilverpointError) || error.code !== 'FACE_NOT_FOUND') throw error
    const sameSize = photo.width === sketch.width && photo.height === sketch.height
    return sameSize ? { photo, sketch, aligned: false } : undefined
  }
}
