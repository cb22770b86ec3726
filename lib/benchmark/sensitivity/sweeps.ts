/** `ours` with one thing changed, for each of several values of it. */
import type { Drawing } from '../../baselines/draw.js'
import { learned } from '../../baselines/learned.js'
import type { Learning } from '../../baselines/learner.js'
import type { MakeMethods, Tools } from '../../baselines/tools.js'
import { invalidArgument } from '../../errors.js'
import { RECIPES } from '../../style/recipe.js'
import type { SensitivityName } from './names.js'

/** Which pair is learned from is no setting of a method: the runs of `ours` tell. */
type SweptName = Exclude<SensitivityName, 'pair'>

interface Sweep {
  values(tools: Tools, pairs: number): (number | string)[]
  change(value: number | string): { learning?: Partial<Learning>; drawing?: Drawing }
}

/** Of the recipe's or the bundle's own value. */
const FACTORS = [0.5, 0.75, 1, 1.5, 2]
const STEP_FACTORS = [0.125, 0.25, 0.5, 1, 2]
const EDIT_WEIGHTS = [0, 0.03, 0.1, 0.3, 1]
const PAIR_COUNTS = [1, 2, 3, 5, 8, 12]

const { steps, weights } = RECIPES.default
const changes = (changed: Learning['changes']) => ({ learning: { changes: changed } }) as const

const SWEEPS: Readonly<Record<SweptName, Sweep>> = {
  steps: {
    values: () => STEP_FACTORS.map((factor) => Math.round(factor * steps)),
    change: (value) => changes({ steps: Number(value) }),
  },
  'edit-weight': {
    values: () => EDIT_WEIGHTS,
    change: (value) => changes({ weights: { ...weights, edit: Number(value) } }),
  },
  'edit-sign': {
    values: () => ['towards', 'as-printed'],
    change: (value) => changes({ editSign: value === 'as-printed' ? 'as-printed' : 'towards' }),
  },
  'text-scale': {
    values: ({ bundle }) => FACTORS.map((factor) => factor * bundle.manifest.guidance.text),
    change: (value) => ({ drawing: { guidance: { text: Number(value) } } }),
  },
  'image-scale': {
    values: ({ bundle }) => FACTORS.map((factor) => factor * bundle.manifest.guidance.image),
    change: (value) => ({ drawing: { guidance: { image: Number(value) } } }),
  },
  pairs: {
    values: (_, pairs) => PAIR_COUNTS.filter((count) => count <= pairs),
    change: (value) => ({ learning: { pairs: Number(value) } }),
  },
}

/** @param pairs that the benchmark learns from. @throws INVALID_ARGUMENT for several pairs at once out of one. */
export function sweepOf(name: SensitivityName, pairs: number): MakeMethods | undefined {
  if (name === 'pair' || name === 'pairs') requireSeveral(name, pairs)
  if (name === 'pair') return undefined
  const { values, change } = SWEEPS[name]
  return (tools) =>
    values(tools, pairs).map((value) => {
      const { learning, drawing } = change(value)
      return learned(
        {
          name: methodOf(name, value),
          label: `Ours, ${name} ${value}`,
          learning: { recipe: 'default', ...learning },
          drawing: { optional: tools.wishes.optional, ...drawing },
        },
        tools,
      )
    })
}

const methodOf = (name: SweptName, value: number | string): string => `${name}=${value}`

/** What a sweep's run was with; undefined for a run of another. */
export function sweptValue(name: SensitivityName, run: { method: string; learningPair: string | null }) {
  if (name === 'pair') return run.method === 'ours' ? (run.learningPair ?? undefined) : undefined
  return run.method.startsWith(`${name}=`) ? run.method.slice(name.length + 1) : undefined
}

function requireSeveral(name: SensitivityName, pairs: number): void {
  if (pairs > 1) return
  throw invalidArgument('pairs', `at least 2 pairs to learn from for the sensitivity ${name}`, pairs)
}
