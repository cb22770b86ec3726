import type { Bundle } from '../bundle/bundle.js'
import type { Learner } from './learner.js'
import type { Method } from './method.js'

/** What methods are made with. */
export interface Tools {
  bundle: Bundle
  learner: Learner
  wishes: Wishes
}

/** The texts of a benchmark's methods. */
export interface Wishes {
  /** The whole instruction, where a method is told and does not learn; what `ours-text` begins from. */
  text: string
  /** Joined with what was learned. */
  optional: string
  /** What `best-text` tries. */
  texts: readonly string[]
}

/** A method's, or those of its variants. */
export type MakeMethods = (tools: Tools) => Method[] | Promise<Method[]>
