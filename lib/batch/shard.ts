/** One folder, many processes: each draws its own share, whatever the others do. */
import { createHash } from 'node:crypto'
import { type ScheduledTask, scheduledTask } from '../config.js'
import { invalidArgument } from '../errors.js'

/** One share of a folder job's photos. */
export interface Shard {
  /** From 1 to `count`. */
  index: number
  /** How many there are. */
  count: number
}

export const WHOLE: Shard = { index: 1, count: 1 }

/** `3/8`, or `auto/8`: of 8, the one that the scheduler says. @throws INVALID_ARGUMENT. */
export function parseShard(text: string): Shard {
  const [, index, count] = /^(auto|\d+)\/(\d+)$/.exec(text) ?? []
  const task = index === 'auto' ? scheduledTask() : undefined
  const shard = {
    index: task ? position(task) + 1 : Number(index),
    count: Number(count),
  }
  if (isShard(shard)) return shard
  throw invalidArgument(
    'shard',
    'two numbers such as 3/8, or auto/8 where a scheduler gives the first',
    text,
    'Count from 1.',
  )
}

/**
 * The shard that the scheduler's variables name; undefined where there are none.
 * @throws INVALID_ARGUMENT where they do not tell how many there are, or contradict themselves.
 */
export function scheduledShard(): (Shard & { variable: string }) | undefined {
  const task = scheduledTask()
  if (!task) return undefined
  if (task.count === undefined) {
    throw invalidArgument(
      'shard',
      `how many tasks there are: ${task.variable} gives the index only`,
      undefined,
      'Give --shard auto/COUNT, or --shard 1/1 to draw all photos in every task.',
    )
  }
  const shard = { index: position(task) + 1, count: Number(task.count), variable: task.variable }
  if (isShard(shard)) return shard
  throw invalidArgument(
    task.variable,
    `one of ${task.count} tasks at even distances`,
    task.index,
    'Give --shard INDEX/COUNT.',
  )
}

/** By the path that the outputs keep: not by what else is in the folder, nor by where it lies. */
export function isInShard(relative: string, { index, count }: Shard): boolean {
  const number = createHash('sha256').update(relative).digest().readBigUInt64BE(0)
  return number % BigInt(count) === BigInt(index - 1)
}

/** What tells a shard's files from those of the others; nothing where there is but one. */
export const suffixOf = ({ index, count }: Shard): string => (count === 1 ? '' : `-${index}of${count}`)

/** From 0. Only Slurm's need not begin at 0 in steps of 1. */
function position({ index, first = '0', step = '1' }: ScheduledTask): number {
  return (Number(index) - Number(first)) / Number(step)
}

function isShard({ index, count }: Shard): boolean {
  return [index, count].every(Number.isSafeInteger) && index >= 1 && index <= count
}
