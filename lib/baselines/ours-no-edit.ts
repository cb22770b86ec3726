import { RECIPES } from '../style/recipe.js'
import { learned } from './learned.js'
import type { MakeMethods } from './tools.js'

const { weights, drawing } = RECIPES.default

/** Ablation: without L_edit, and without the drawing's own direction in CLIP's space. */
export const oursNoEdit: MakeMethods = (tools) => [
  learned(
    {
      name: 'ours-no-edit',
      label: 'Ours without L_edit',
      learning: {
        recipe: 'default',
        changes: {
          weights: { ...weights, edit: 0 },
          ...(drawing && { drawing: { ...drawing, direction: 0 } }),
        },
      },
      drawing: { optional: tools.wishes.optional },
    },
    tools,
  ),
]
