import { told } from './told.js'
import type { MakeMethods } from './tools.js'

/** InstructPix2Pix with the optional text alone: what is left of `ours` without anything learned. */
export const optionalOnly: MakeMethods = (tools) => [
  told({ name: 'optional-only', label: 'Optional text alone', text: tools.wishes.optional }, tools),
]
