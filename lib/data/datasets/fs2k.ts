import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { SilverpointError } from '../../errors.js'
import { nameOf } from '../picture-names.js'
import { readFile } from '../read-file.js'
import { parseJsonAs } from '../schema.js'
import { type Entries, type Entry, entriesIn, hasFile, hasFolder, joined, type Layout } from './layout.js'

/** anno_train.json and anno_test.json, as far as they concern us. `style` counts from 0, and is not the folder's number. */
const Annotations = v.array(v.object({ image_name: v.string(), style: v.number() }))

type Annotated = Map<string, { split: string; style: string }>

const SPLITS = ['train', 'test'] as const

/**
 * FS2K as it is downloaded, `photo/photo1/image0110` with `sketch/sketch1/sketch0110`, or as its own script splits it,
 * `train/photo/photo1_image0110` with `train/sketch/sketch1_sketch0110`; pairs have the latter's names in both. Splits and
 * styles are those of the annotations.
 */
export const fs2k: Layout = {
  name: 'fs2k',
  shape: 'photo/photoN/ + sketch/sketchN/, or {train,test}/photo/photoN_* + {train,test}/sketch/sketchN_*',
  title: () => 'FS2K',
  published: { FS2K: [{ train: 1058, test: 1046 }] },

  async recognises(folder) {
    return (await isUnsplit(folder)) || (await isSplit(folder))
  },

  async read(folder) {
    const annotated = await readAnnotations(folder)
    if (await isUnsplit(folder)) return readPart(folder, annotated)
    return joined(await Promise.all(SPLITS.map((split) => readPart(join(folder, split), annotated, split))))
  },
}

const isUnsplit = (folder: string): Promise<boolean> => hasFolder(join(folder, 'photo', 'photo1'))

async function isSplit(folder: string): Promise<boolean> {
  const photos = SPLITS.map((split) => readdir(join(folder, split, 'photo')).catch(() => []))
  return (await Promise.all(photos)).flat().some((name) => /^photo\d_image\d+\./.test(name))
}

async function readPart(folder: string, annotated: Annotated, split?: string): Promise<Entries> {
  const facts = { group: '', ...(split && { split }) }
  const [photos, sketches] = await Promise.all([
    entriesIn(join(folder, 'photo'), facts),
    entriesIn(join(folder, 'sketch'), facts),
  ])
  return {
    photos: photos.map((entry) => withFacts(entry, annotated)),
    sketches: sketches.map((entry) => withFacts({ ...entry, name: photoOf(entry.name) }, annotated)),
  }
}

/** sketch1_sketch0110 -> photo1_image0110 */
const photoOf = (sketch: string): string => sketch.replace(/^sketch(\d+)_sketch(\d+)$/, 'photo$1_image$2')

const withFacts = (entry: Entry, annotated: Annotated): Entry => ({ ...annotated.get(entry.name), ...entry })

async function readAnnotations(folder: string): Promise<Annotated> {
  const annotated: Annotated = new Map()
  for (const split of SPLITS) {
    const path = join(folder, `anno_${split}.json`)
    if (!(await hasFile(path))) continue
    const { value, misfit } = parseJsonAs(Annotations, (await readFile(path)).toString('utf8'))
    if (misfit)
      throw new SilverpointError(
        'DATASET_INVALID',
        `Expected ${misfit.wanted} in ${path} but received ${misfit.got}. Fetch FS2K again.`,
      )
    for (const { image_name, style } of value)
      annotated.set(nameOf(image_name), { split, style: `style${style + 1}` })
  }
  return annotated
}
