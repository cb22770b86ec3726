/** The data set's pictures as the benchmark uses them: framed once, kept in the results folder. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DatasetPair } from '../data/datasets/dataset.js'
import { encodePng } from '../data/image.js'
import { writeFileAtomically } from '../data/write-file.js'
import { SilverpointError } from '../errors.js'
import { throwIfCancelled } from '../style/cancel.js'
import { type Frame, framed } from './frame.js'
import type { Picture, Results } from './results.js'

export interface FramedPair {
  pair: DatasetPair
  picture: Picture
}

export interface Framing {
  folder: string
  frame: Frame
  sourceOf: (pair: DatasetPair) => string
  signal?: AbortSignal | undefined
  onPair?: ((done: number, total: number) => void) | undefined
}

/** Frames pairs; those without a face that can be found are left out, and told of. @throws CANCELLED, and as `framed`. */
export async function framePairs(
  pairs: readonly DatasetPair[],
  framing: Framing,
): Promise<{ framed: FramedPair[]; leftOut: Results['dataset']['leftOut'] }> {
  const done: FramedPair[] = []
  const leftOut: Results['dataset']['leftOut'] = []
  for (const pair of pairs) {
    throwIfCancelled(framing.signal, 'The benchmark was cancelled. It goes on when run again.')
    try {
      done.push({ pair, picture: await framePair(pair, framing) })
    } catch (error) {
      if (!(error instanceof SilverpointError) || error.code !== 'FACE_NOT_FOUND') throw error
      leftOut.push({ stem: pair.stem, reason: error.message })
    }
    framing.onPair?.(done.length + leftOut.length, pairs.length)
  }
  return { framed: done, leftOut }
}

async function framePair(pair: DatasetPair, { folder, frame, sourceOf }: Framing): Promise<Picture> {
  const { stem } = pair
  const picture = {
    stem,
    source: sourceOf(pair),
    photo: fileOf('photo', stem),
    sketch: fileOf('sketch', stem),
  }
  // The sketch is written last.
  if (existsSync(join(folder, picture.sketch))) return picture
  const images = await framed(pair, frame)
  for (const what of ['photo', 'sketch'] as const)
    await writeFileAtomically(join(folder, picture[what]), await encodePng(images[what]))
  return picture
}

const fileOf = (what: string, stem: string): string => `pictures/${what}/${stem}.png`
