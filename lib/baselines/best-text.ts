import { told } from './told.js'
import type { MakeMethods } from './tools.js'

/** Every one of the texts: what the best plain text could do, had one known which it is. */
export const bestText: MakeMethods = (tools) =>
  tools.wishes.texts.map((text) =>
    told({ name: 'best-text', label: 'Plain texts', variant: text, text }, tools),
  )
