/** What every layout of a data set tells of its folder. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { imagesWithin } from '../find-images.js'
import { nameOf, stemOf } from '../picture-names.js'
import { readFailure } from '../read-file.js'
import type { LayoutName } from './layout-names.js'

/** A picture in the folder. A photo and a sketch of the same group and name are a pair. */
export interface Entry {
  path: string
  name: string
  /** What tells two pictures of one name apart: the folders of a split, a style or a database. */
  group: string
  split?: string
  /** The data set it was taken from, where a set was put together from several. */
  source?: string
  /** Whose or which manner of drawing, where a set has several. */
  style?: string
}

export interface Entries {
  photos: Entry[]
  sketches: Entry[]
}

export interface Layout {
  readonly name: LayoutName
  /** In words, for those whose folder has another. */
  readonly shape: string
  /** What results call the set; without it, its folder's name. */
  title?(folder: string): string | undefined
  /** Of sets with published splits, by title: how many pairs each has. */
  readonly published?: Readonly<Record<string, readonly Readonly<Record<string, number>>[]>>
  /** Whether the folder has this layout. */
  recognises(folder: string): Promise<boolean>
  read(folder: string): Promise<Entries>
}

/** How a picture is told of, without its path. */
export type Facts = Omit<Entry, 'path' | 'name'>

/** The pictures of a folder and those in it, if there is one, named by their path in it. */
export async function entriesIn(folder: string | undefined, facts: Facts): Promise<Entry[]> {
  if (folder === undefined) return []
  const images = await imagesWithin(folder)
  return images.map(({ path, relative }) => ({ path, name: nameOf(stemOf(relative)), ...facts }))
}

/** Of a pair's two sides, the folders that are there. */
export interface PairFolders {
  photos?: string
  sketches?: string
}

/** The folder's `photos` and `sketches`, or `photo` and `sketch`, also with a prefix to these names. */
export async function pairFolders(folder: string, prefix = ''): Promise<PairFolders> {
  const one = async (...names: string[]) => {
    for (const name of names) {
      const path = join(folder, `${prefix}${name}`)
      if (await hasFolder(path)) return path
    }
  }
  return { photos: await one('photos', 'photo'), sketches: await one('sketches', 'sketch') }
}

export async function entriesOfPairs({ photos, sketches }: PairFolders, facts: Facts): Promise<Entries> {
  return { photos: await entriesIn(photos, facts), sketches: await entriesIn(sketches, facts) }
}

export function joined(parts: readonly Entries[]): Entries {
  return {
    photos: parts.flatMap(({ photos }) => photos),
    sketches: parts.flatMap(({ sketches }) => sketches),
  }
}

/** Names of the folders in a folder, in order. @throws FILE_NOT_FOUND, FILE_UNREADABLE */
export async function foldersIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause) => {
    throw readFailure(folder, cause)
  })
  const visible = names.filter((name) => !name.startsWith('.')).sort()
  const isFolder = await Promise.all(visible.map((name) => hasFolder(join(folder, name))))
  return visible.filter((_, i) => isFolder[i])
}

export const hasFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() ?? false

export const hasFile = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isFile() ?? false
