import { learned } from './learned.js'
import type { MakeMethods } from './tools.js'
import { VISII_DRAWING } from './visii.js'

/** The paper's recipe; what it does not state of drawing is VISII's (docs/recipes.md). */
export const oursPaper: MakeMethods = (tools) => [
  learned(
    {
      name: 'ours-paper',
      label: "Ours, the paper's recipe",
      learning: { recipe: 'paper' },
      drawing: { ...VISII_DRAWING, optional: tools.wishes.optional },
    },
    tools,
  ),
]
