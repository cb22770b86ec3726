import { RECIPES } from '../style/recipe.js'
import { learned } from './learned.js'
import type { MakeMethods } from './tools.js'

/** Ablation: the paper's loss in place of the drawing's, at the same number of steps. */
export const oursNoDrawing: MakeMethods = (tools) => [
  learned(
    {
      name: 'ours-no-drawing',
      label: 'Ours without the drawing',
      learning: { recipe: 'default', changes: { weights: RECIPES.paper.weights, drawing: undefined } },
      drawing: { optional: tools.wishes.optional },
    },
    tools,
  ),
]
