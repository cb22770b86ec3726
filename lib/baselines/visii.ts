import type { Drawing } from './draw.js'
import { learned } from './learned.js'
import type { MakeMethods } from './tools.js'

/** As VISII's test draws. */
export const VISII_DRAWING: Drawing = {
  sampler: 'euler-ancestral',
  steps: 20,
  guidance: { text: 8, image: 1.5 },
}

/** Visual Instruction Inversion (Nguyen et al., NeurIPS 2023): the paper's parent. */
export const visii: MakeMethods = (tools) => [
  learned({ name: 'visii', label: 'VISII', learning: { recipe: 'visii' }, drawing: VISII_DRAWING }, tools),
]
