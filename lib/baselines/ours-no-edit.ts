import { RECIPES } from '../style/recipe.js'
import { learned } from './learned.js'
import type { MakeMethods } from './tools.js'

const { weights } = RECIPES.default

/** Ablation: without L_edit. */
export const oursNoEdit: MakeMethods = (tools) => [
  learned(
    {
      name: 'ours-no-edit',
      label: 'Ours without L_edit',
      learning: { recipe: 'default', changes: { weights: { ...weights, edit: 0 } } },
      drawing: { optional: tools.wishes.optional },
    },
    tools,
  ),
]
