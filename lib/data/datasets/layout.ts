/** What every layout of a data set tells of its folder. */
import { readdir, stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { imagesWithin } from '../find-images.js'
import { readFailure } from '../read-file.js'

export type LayoutName = 'os-sketch' | 'fs2k' | 'cufs' | 'apdrawing' | 'visii' | 'plain'

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
  /** Whether the folder has this layout. */
  recognises(folder: string): Promise<boolean>
  read(folder: string): Promise<Entries>
}

/** How a picture is told of, without its path. */
export type Facts = Omit<Entry, 'path' | 'name'>

/** The pictures of a folder and those in it, named by their path in it: `a/b.jpg` is `a_b`. None where there is no folder. */
export async function entriesIn(folder: string | undefined, facts: Facts): Promise<Entry[]> {
  if (folder === undefined) return []
  const images = await imagesWithin(folder)
  return images.map(({ path, relative }) => {
    const { dir, name } = posix.parse(relative)
    return { path, name: posix.join(dir, name).replaceAll('/', '_'), ...facts }
  })
}

/** The folder's `photos` and `sketches`, or `photo` and `sketch`: those of the two that are there. */
export async function pairFolders(folder: string): Promise<{ photos?: string; sketches?: string }> {
  const names = await foldersIn(folder)
  const one = (...wanted: string[]) => {
    const found = wanted.find((name) => names.includes(name))
    return found === undefined ? undefined : join(folder, found)
  }
  return { photos: one('photos', 'photo'), sketches: one('sketches', 'sketch') }
}

export async function readPairFolders(folder: string, facts: Facts): Promise<Entries> {
  const { photos, sketches } = await pairFolders(folder)
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
