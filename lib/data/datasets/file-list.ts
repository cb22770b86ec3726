/** Lists of files that say which pairs of a data set are meant. */
import { createHash } from 'node:crypto'
import { posix, relative, sep } from 'node:path'
import { SilverpointError } from '../../errors.js'
import { readFile } from '../read-file.js'
import type { Dataset, DatasetPair } from './dataset.js'

export interface FileList {
  path: string
  /** SHA-256 of its bytes. */
  sha256: string
  /** As they stand in it. */
  names: string[]
}

/** How many names an error tells. */
const TOLD = 5

/** A name a line; blank lines pass. @throws FILE_NOT_FOUND, FILE_UNREADABLE */
export async function readFileList(path: string): Promise<FileList> {
  const bytes = await readFile(path)
  const lines = bytes.toString('utf8').split('\n')
  const names = lines.map((line) => line.trim()).filter((line) => line !== '')
  return { path, sha256: createHash('sha256').update(bytes).digest('hex'), names }
}

/**
 * The pairs whose photo or sketch has the name, in the list's order. Endings do not count; folders before a name need only be
 * there where it is not unique without them.
 * @throws DATASET_INVALID telling the names that do not have a pair of their own.
 */
export function pickPairs({ path, names }: FileList, dataset: Dataset): DatasetPair[] {
  const byEnd = pairsByEnd(dataset)
  const picked = new Set<DatasetPair>()
  const flaws: string[] = []
  for (const name of names) {
    const [pair, ...others] = byEnd.get(withoutEnding(name)) ?? []
    if (!pair) flaws.push(`${name} (not there)`)
    else if (others.length > 0) flaws.push(`${name} (there ${others.length + 1} times)`)
    else if (picked.has(pair)) flaws.push(`${name} (listed before)`)
    else picked.add(pair)
  }
  if (flaws.length === 0) return [...picked]
  const more = flaws.length > TOLD ? ` and ${flaws.length - TOLD} more` : ''
  throw new SilverpointError(
    'DATASET_INVALID',
    `Expected a pair of its own in ${dataset.folder} for each name of ${path} but found ${flaws.slice(0, TOLD).join(', ')}${more}. Complete the data set, or list more of the path where a name is there several times.`,
  )
}

/** By every end of their files' paths below the data set's folder. */
function pairsByEnd({ folder, pairs }: Dataset): Map<string, Set<DatasetPair>> {
  const byEnd = new Map<string, Set<DatasetPair>>()
  for (const pair of pairs)
    for (const file of [pair.photo, pair.sketch])
      for (const end of endsOf(relative(folder, file)))
        byEnd.set(end, (byEnd.get(end) ?? new Set()).add(pair))
  return byEnd
}

/** a/b/c.jpg -> c, b/c, a/b/c */
function endsOf(path: string): string[] {
  const parts = withoutEnding(path.split(sep).join('/')).split('/')
  return parts.map((_, i) => parts.slice(i).join('/'))
}

function withoutEnding(path: string): string {
  const { dir, name } = posix.parse(path)
  return posix.join(dir, name)
}
