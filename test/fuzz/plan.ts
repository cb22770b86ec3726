/** Which inputs a run is of, and the work on a share of them. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { attempt, type Failure, inputOf } from './attempt.js'
import type { Subject, Target } from './target.js'
import { TARGETS } from './targets.js'

/** A target's inputs, of which the first has the number `first` in the run. */
export interface Part {
  target: Target
  first: number
  count: number
}

/** All inputs of a run, target after target. */
export function plan(inputs: number): Part[] {
  const total = TARGETS.reduce((sum, { weight }) => sum + weight, 0)
  let weight = 0
  let first = 0
  return TARGETS.map((target) => {
    weight += target.weight
    const end = Math.round((inputs * weight) / total)
    const part = { target, first, count: end - first }
    first = end
    return part
  })
}

export async function openSubject({ name, open }: Target, folder: string): Promise<Subject> {
  const own = join(folder, name)
  await mkdir(own, { recursive: true })
  return open(own)
}

export interface Share {
  inputs: number
  seed: number
  /** Number of the first input, and from one to the next. */
  from: number
  step: number
}

/** Reads a share of a run's inputs, one after another. `before` is told each one's number. */
export async function fuzz(
  { inputs, seed, from, step }: Share,
  folder: string,
  before: (number: number) => void,
  failed: (failure: Failure) => void,
): Promise<void> {
  sharp.concurrency(1)
  sharp.cache(false)
  let number = from
  for (const { target, first, count } of plan(inputs)) {
    if (number >= first + count) continue
    const subject = await openSubject(target, folder)
    for (; number < first + count; number += step) {
      before(number)
      const index = number - first
      const reason = await attempt(subject, inputOf(subject, target, seed, index))
      if (reason) failed({ target: target.name, index, reason })
    }
  }
}
