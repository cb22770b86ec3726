import { learned } from './learned.js'
import type { MakeMethods } from './tools.js'

/** Ablation: the learned instruction of `ours` without the optional text. */
export const oursNoHybrid: MakeMethods = (tools) => [
  learned(
    {
      name: 'ours-no-hybrid',
      label: 'Ours without optional text',
      learning: { recipe: 'default' },
      drawing: {},
    },
    tools,
  ),
]
