import { learned } from './learned.js'
import type { MakeMethods } from './tools.js'

/** The default recipe, its instruction joined with the optional text. */
export const ours: MakeMethods = (tools) => [
  learned(
    {
      name: 'ours',
      label: 'Ours',
      learning: { recipe: 'default' },
      drawing: { optional: tools.wishes.optional },
    },
    tools,
  ),
]
