/** The property that every input is held to. */
import { SilverpointError } from '../../lib/errors.js'
import { Random } from './random.js'
import type { Subject, Target } from './target.js'

/** Of the process, all its threads: the wall's clock would blame a reader for what else the machine does. */
const CPU_SECONDS = 1
const MEMORY_GROWTH = 512 * 2 ** 20
/** What a user may be expected to read. */
const LONGEST_MESSAGE = 2000

export interface Failure {
  /** The target's name. */
  target: string
  /** Which of its inputs. */
  index: number
  reason: string
}

export const inputOf = (subject: Subject, { name }: Target, seed: number, index: number): Buffer =>
  subject.make(new Random(seed, name, index))

/**
 * Reads an input: it must succeed with a valid value or be refused with a SilverpointError, in bounded time and memory.
 * @returns what is wrong, undefined if nothing is.
 */
export async function attempt(subject: Subject, input: Buffer): Promise<string | undefined> {
  const memory = process.resourceUsage().maxRSS
  const start = process.cpuUsage()
  let reason: string | undefined
  try {
    await subject.read(input)
  } catch (error) {
    reason = complaint(error)
  }
  const { user, system } = process.cpuUsage(start)
  const seconds = (user + system) / 1e6
  const growth = (process.resourceUsage().maxRSS - memory) * 1024
  if (seconds > CPU_SECONDS) reason ??= `it took ${seconds.toFixed(1)} s of CPU`
  if (growth > MEMORY_GROWTH) reason ??= `it took ${Math.round(growth / 2 ** 20)} MB of memory`
  // Whatever reads next would see keys that are in no file.
  if (Object.keys(Object.prototype).length > 0) reason ??= 'Object.prototype was changed'
  return reason
}

function complaint(error: unknown): string | undefined {
  if (!(error instanceof SilverpointError)) return (error as Error).stack ?? String(error)
  if (error.message.length <= LONGEST_MESSAGE) return undefined
  return `a message of ${error.message.length} characters: ${error.message.slice(0, 200)}`
}
