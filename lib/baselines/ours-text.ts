import { learned } from './learned.js'
import type { MakeMethods } from './tools.js'

/** As `ours`, begun from the user's text in place of PEZ's. */
export const oursText: MakeMethods = (tools) => [
  learned(
    {
      name: 'ours-text',
      label: "Ours from the user's text",
      learning: { recipe: 'default', text: tools.wishes.text },
      drawing: { optional: tools.wishes.optional },
    },
    tools,
  ),
]
