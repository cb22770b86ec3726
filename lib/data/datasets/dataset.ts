/** Sets of photos and sketches of them, of whatever layout, as pairs. */
import { basename, resolve } from 'node:path'
import { invalidArgument, SilverpointError } from '../../errors.js'
import type { Entries, Entry, Layout } from './layout.js'
import type { LayoutName } from './layout-names.js'
import { findLayout } from './layouts.js'

/** A photo and a sketch of it, in a data set. */
export interface DatasetPair {
  /** Unique in the data set, and fit for a file's name: the picture's own, with its folder's before it where it must be. */
  stem: string
  /** Files. Both are the same one where the two stand side by side in it: picturesOf takes them apart. */
  photo: string
  sketch: string
  sideBySide?: true
  /** The data set it was taken from, where the set was put together from several. */
  source?: string
  /** Whose or which manner of drawing, where the set has several. */
  style?: string
}

/** Photos and sketches of them, as pairs. */
export interface Dataset {
  /** What results call it. */
  name: string
  folder: string
  layout: LayoutName
  /** Which pairs these are, for results: `test (train 268, test 338)`, or `all` where the set is not split. */
  split: string
  /** Pairs of each of its splits in the folder, whichever was opened. */
  splits: Record<string, number>
  pairs: DatasetPair[]
  /** Files of the split without a counterpart. */
  unmatched: { photos: string[]; sketches: string[] }
  /** Whether scores are of pictures whose contrast was normalised, unless said otherwise: so for OS-Sketch. */
  normaliseContrast: boolean
}

/** Which of a folder is opened, and as what. */
export interface DatasetOptions {
  /** Default: told from the folder. */
  layout?: LayoutName
  /** One of those the set has. Default: all of it. */
  split?: string
}

/**
 * Looks which pairs a folder has; no picture is opened.
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE; DATASET_INVALID for a folder in no known layout, without pairs, or with two files
 * of one name; INVALID_ARGUMENT for a split that the set does not have.
 */
export async function openDataset(folder: string, options: DatasetOptions = {}): Promise<Dataset> {
  const layout = await findLayout(folder, options.layout)
  const entries = await layout.read(folder)
  const matched = match(entries)
  if (matched.pairs.length === 0) throw withoutPairs(folder, layout, entries)
  const splits = countSplits(matched.pairs)
  const wanted = ({ split }: Entry) => options.split === undefined || split === options.split
  requireSplit(options.split, splits)
  const prefixed = hasRepeated(matched.pairs.map(({ photo }) => photo.name))
  return {
    name: layout.title?.(folder) ?? basename(resolve(folder)),
    folder,
    layout: layout.name,
    split: splitLabel(options.split, splits),
    splits,
    pairs: matched.pairs.filter(({ photo }) => wanted(photo)).map((pair) => asPair(pair, prefixed)),
    unmatched: {
      photos: matched.photos.filter(wanted).map(({ path }) => path),
      sketches: matched.sketches.filter(wanted).map(({ path }) => path),
    },
    normaliseContrast: layout.name === 'os-sketch',
  }
}

interface Matched {
  photo: Entry
  sketch: Entry
}

function match({ photos, sketches }: Entries): Entries & { pairs: Matched[] } {
  const byPhoto = keyed(photos)
  const bySketch = keyed(sketches)
  const pairs: Matched[] = []
  for (const [key, photo] of byPhoto) {
    const sketch = bySketch.get(key)
    if (sketch) pairs.push({ photo, sketch })
  }
  return {
    pairs,
    photos: photos.filter((photo) => !bySketch.has(keyOf(photo))),
    sketches: sketches.filter((sketch) => !byPhoto.has(keyOf(sketch))),
  }
}

const keyOf = ({ group, name }: Entry): string => (group === '' ? name : `${group}_${name}`)

function keyed(entries: readonly Entry[]): Map<string, Entry> {
  const map = new Map<string, Entry>()
  for (const entry of entries) {
    const other = map.get(keyOf(entry))
    if (other)
      throw new SilverpointError(
        'DATASET_INVALID',
        `Expected one file named ${entry.name} but found ${other.path} and ${entry.path}. Remove or rename one of them.`,
      )
    map.set(keyOf(entry), entry)
  }
  return map
}

function asPair({ photo, sketch }: Matched, prefixed: boolean): DatasetPair {
  const { source, style } = photo
  return {
    stem: prefixed ? keyOf(photo) : photo.name,
    photo: photo.path,
    sketch: sketch.path,
    ...(photo.path === sketch.path && { sideBySide: true }),
    ...(source !== undefined && { source }),
    ...(style !== undefined && { style }),
  }
}

function countSplits(pairs: readonly Matched[]): Record<string, number> {
  const splits: Record<string, number> = {}
  for (const { photo } of pairs)
    if (photo.split !== undefined) splits[photo.split] = (splits[photo.split] ?? 0) + 1
  return splits
}

function requireSplit(split: string | undefined, splits: Record<string, number>): void {
  if (split === undefined || splits[split] !== undefined) return
  const known = Object.keys(splits)
  throw invalidArgument('split', known.join(' or ') || 'none (this data set is not split)', split)
}

function splitLabel(split = 'all', splits: Record<string, number>): string {
  const counts = Object.entries(splits).map(([name, count]) => `${name} ${count}`)
  return counts.length > 0 ? `${split} (${counts.join(', ')})` : split
}

function withoutPairs(folder: string, { name, shape }: Layout, { photos, sketches }: Entries) {
  return new SilverpointError(
    'DATASET_INVALID',
    `Expected pairs of the layout ${name} (${shape}) in ${folder} but found ${photos.length} photos and ${sketches.length} sketches, none of which belong together. Name both alike, or choose another --layout.`,
  )
}

const hasRepeated = (names: readonly string[]): boolean => new Set(names).size < names.length
