/** Which pictures of two folders belong together: those of one name, whatever they end in. */
import { relative } from 'node:path'
import { invalidArgument } from '../errors.js'
import { findImages } from './find-images.js'
import { stemOf } from './picture-names.js'

export interface Match {
  /** The path below both folders, without its ending. */
  stem: string
  first: string
  second: string
}

export interface Matches {
  matched: Match[]
  /** Paths of the first folder that the second has no counterpart of, and of the second. */
  onlyFirst: string[]
  onlySecond: string[]
}

/**
 * In the natural order of the second folder.
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE; INVALID_ARGUMENT for a folder without pictures, for a stem that stands twice in
 * one folder, and where nothing matches.
 */
export async function matchStems(first: string, second: string): Promise<Matches> {
  const [ours, theirs] = await Promise.all([stemsIn(first), stemsIn(second)])
  const matched: Match[] = []
  const onlySecond: string[] = []
  for (const [stem, path] of theirs) {
    const counterpart = ours.get(stem)
    if (counterpart === undefined) onlySecond.push(path)
    else matched.push({ stem, first: counterpart, second: path })
  }
  const onlyFirst = [...ours].filter(([stem]) => !theirs.has(stem)).map(([, path]) => path)
  if (matched.length > 0) return { matched, onlyFirst, onlySecond }
  const [some] = theirs.keys()
  const wanted = `pictures of the same names in ${first} and ${second}, such as ${some}`
  throw invalidArgument('folders', wanted, 'none')
}

/** Paths by their stems. */
export async function stemsIn(folder: string): Promise<Map<string, string>> {
  const stems = new Map<string, string>()
  for (const { path, relative: below } of await findImages([folder])) {
    const stem = stemOf(below)
    const other = stems.get(stem)
    if (other !== undefined)
      throw invalidArgument(
        folder,
        'one picture a name',
        `${relative(folder, other)} and ${below}`,
        'Move one of them away.',
      )
    stems.set(stem, path)
  }
  return stems
}
