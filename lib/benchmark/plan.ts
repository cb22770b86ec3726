/** Which pairs a benchmark learns from, and which it draws. */
import { createHash } from 'node:crypto'
import type { Dataset, DatasetPair } from '../data/datasets/dataset.js'
import { readFile } from '../data/read-file.js'
import { invalidArgument } from '../errors.js'

/** Which pairs are learned from, and which are drawn. */
export interface PairChoice {
  /** Stems of the pairs learned from, each by itself. Default: the first `pairs`. */
  learnFrom?: readonly string[]
  /** How many pairs are learned from, each by itself: 1. */
  pairs?: number
  /** How many of the others are drawn, the first. Default: all. */
  tests?: number
}

export interface ChosenPairs {
  learning: DatasetPair[]
  /** No pair that is learned from is drawn by any method, so that all draw the same photos. */
  tests: DatasetPair[]
}

/** @throws INVALID_ARGUMENT for stems that the data set has not, and where no pair is left to draw. */
export function choosePairs({ pairs, folder }: Dataset, choice: PairChoice): ChosenPairs {
  const learning = choice.learnFrom
    ? choice.learnFrom.map((stem) => pairOf(stem, pairs, folder))
    : pairs.slice(0, choice.pairs ?? 1)
  const others = pairs.filter((pair) => !learning.includes(pair))
  if (others.length === 0)
    throw invalidArgument(
      'pairs',
      'a data set with more pairs than are learned from',
      `${pairs.length} in ${folder}`,
      'Learn from fewer, or add pairs.',
    )
  return { learning, tests: others.slice(0, choice.tests) }
}

function pairOf(stem: string, pairs: readonly DatasetPair[], folder: string): DatasetPair {
  const found = pairs.find((pair) => pair.stem === stem)
  if (found) return found
  const some = pairs.slice(0, 5).map(({ stem }) => stem)
  throw invalidArgument(
    'the pair to learn from',
    `a name of a pair in ${folder}, such as ${some.join(', ')}`,
    stem,
  )
}

/** The data set that a pair was taken from, the style it is of, or the set itself. */
export const sourceOf = ({ source, style }: DatasetPair, { name }: Dataset): string => source ?? style ?? name

/** SHA-256 over the files of pairs: that another result is of the same pictures. */
export async function hashFiles(pairs: readonly DatasetPair[]): Promise<string> {
  const hash = createHash('sha256')
  for (const { stem, photo, sketch } of pairs) {
    hash.update(`${stem}\0`)
    for (const path of new Set([photo, sketch])) hash.update(await readFile(path))
  }
  return hash.digest('hex')
}
