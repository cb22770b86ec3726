/** How a style is learned: the three presets, and what may be changed in one. */
import { invalidArgument } from '../errors.js'
import type { DrawingRecipe } from './drawing-loss.js'
import { OPTIONAL_TEXT } from './texts.js'

/** How instruction tuning goes (Algorithm 1 of the paper). docs/recipes.md names the source of every value. */
export interface Recipe {
  /** Steps of gradient descent. */
  steps: number
  /** Step size of AdamW. */
  learningRate: number
  /** Of AdamW. */
  weightDecay: number
  /** Largest Euclidean length of the gradient; 0 leaves it as it is. */
  clipGradient: number
  /** lambda_rec and lambda_edit of Eq. 6. */
  weights: { reconstruction: number; edit: number }
  /** Whether L_edit draws the instruction towards the edit direction, or away from it, as Eq. 5 and 6 are printed. */
  editSign: 'towards' | 'as-printed'
  /** What is asked of the photo drawn with the instruction, beside both. */
  drawing?: DrawingRecipe
  /** Whether each pair is learned from mirrored, too: what is the artist's manner is so on either side. */
  mirrored: boolean
  /** VISII keeps the cosine in [-1, 0.5]: past that the edit loss stops pulling. */
  clampCosine: boolean
  /** The prediction in L_rec: one branch (Eq. 3), or all three, guided. */
  prediction: { kind: 'conditional' } | { kind: 'guided'; text: number; image: number }
  /**
   * Which timesteps and noises the steps see. `fresh`: new ones each step, timesteps with replacement. `each-timestep`:
   * every timestep once an epoch, shuffled, with a noise of its own. `fixed`: `count` pairs, evenly spread, shuffled.
   */
  draws: { kind: 'fresh' } | { kind: 'each-timestep' } | { kind: 'fixed'; count: number }
  /** How many draws a step sees at once, its loss their mean: fewer and steadier steps, and quicker ones a draw. */
  batch: number
  /** Which iterate is the result. `likest`: by which the pairs come out most like their sketches, looked at every `every` steps. */
  returned: { kind: 'last' } | { kind: 'lowest-step' } | { kind: 'likest'; every: number }
  /** PEZ's search for the initial text; not used where the user gives one. */
  pez: { tokens: number; steps: number }
  /** Whether plain texts (texts.ts) are tried beside PEZ's: it begins from the one by which the pairs come out likest. */
  plainTexts: boolean
  /** Whether sketches in one ink on one paper are learned as if in black on white, and these colours kept beside what is learned. */
  palette: boolean
  /** How strongly what the bundle measures of the pair is laid into the text it begins from: 1 as in its training, 0 not. */
  manner: number
}

/** The presets: the paper's values, VISII's, and those chosen for the embedded bundle. */
export type RecipeName = 'paper' | 'visii' | 'default'

/** The preset table of the field's recipes, row by row: docs name the source of every value. */
export const RECIPES: Readonly<Record<RecipeName, Recipe>> = {
  // Section 4.1 and Algorithm 1. The loss is squared and L_edit drawn towards, as VISII's code has them.
  paper: {
    steps: 12000,
    learningRate: 1e-3,
    weightDecay: 0.01,
    clipGradient: 0,
    weights: { reconstruction: 4, edit: 0.1 },
    editSign: 'towards',
    mirrored: false,
    clampCosine: false,
    prediction: { kind: 'conditional' },
    draws: { kind: 'fresh' },
    batch: 1,
    returned: { kind: 'last' },
    pez: { tokens: 16, steps: 3000 },
    plainTexts: false,
    palette: false,
    manner: 0,
  },
  // Nguyen et al., "Visual Instruction Inversion", NeurIPS 2023, as its code runs.
  visii: {
    steps: 1000,
    learningRate: 1e-3,
    weightDecay: 0.01,
    clipGradient: 0,
    weights: { reconstruction: 4, edit: 0.1 },
    editSign: 'towards',
    mirrored: false,
    clampCosine: true,
    prediction: { kind: 'guided', text: 7.5, image: 1.5 },
    draws: { kind: 'each-timestep' },
    batch: 1,
    returned: { kind: 'lowest-step' },
    pez: { tokens: 10, steps: 3000 },
    plainTexts: false,
    palette: false,
    manner: 0,
  },
  default: {
    steps: 40,
    learningRate: 0.003,
    weightDecay: 0.01,
    clipGradient: 0,
    weights: { reconstruction: 0, edit: 0.02 },
    drawing: { steps: 3, tone: 4, strokes: 20, statistics: 1.5, direction: 0.05, optional: OPTIONAL_TEXT },
    editSign: 'towards',
    mirrored: true,
    clampCosine: false,
    prediction: { kind: 'conditional' },
    draws: { kind: 'fresh' },
    batch: 1,
    returned: { kind: 'likest', every: 20 },
    pez: { tokens: 10, steps: 200 },
    plainTexts: true,
    palette: true,
    manner: 1,
  },
}

/** A preset with some of its values changed. */
export function recipe(name: RecipeName, changes: Partial<Recipe> = {}): Recipe {
  const preset = RECIPES[name]
  if (!preset) throw invalidArgument('recipe', `one of ${Object.keys(RECIPES).join(', ')}`, name)
  const chosen = { ...preset, ...changes }
  if (!Number.isInteger(chosen.steps) || chosen.steps < 1)
    throw invalidArgument('steps', 'a whole number from 1', chosen.steps)
  if (!Number.isInteger(chosen.batch) || chosen.batch < 1)
    throw invalidArgument('batch', 'a whole number from 1', chosen.batch)
  if (!(chosen.learningRate > 0))
    throw invalidArgument('learning rate', 'a number above 0', chosen.learningRate)
  if (!(chosen.clipGradient >= 0))
    throw invalidArgument('gradient clipping', 'a number from 0', chosen.clipGradient)
  return chosen
}
