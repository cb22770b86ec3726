/** The text that a learning begins from. */
import type { Bundle } from '../bundle/bundle.js'
import { NoiseSchedule } from '../diffusion/noise-schedule.js'
import { noGrad, scope, type Tensor } from '../torch/index.js'
import { throwIfCancelled } from './cancel.js'
import { HeldSet } from './held-set.js'
import { Instruction } from './instruction.js'
import { type EncodedPairs, Objective } from './objective.js'
import { PairNoise } from './pair-noise.js'
import { findText } from './pez.js'
import type { TextSource } from './provenance.js'
import type { Recipe } from './recipe.js'
import { TEXTS } from './texts.js'

export interface InitialText {
  text: string
  from: TextSource
}

/** Plain texts whose direction is nearest the pair's in CLIP's space: those are tried, on so many held draws each. */
const SHORTLIST = 8
const DRAWS = 2
/** PEZ's text was sought to fit this very sketch: it is begun from only where its loss is lower by a fifth. */
const MARGIN = 0.8

interface Search {
  text?: string
  seed?: number
  signal?: AbortSignal
  onText?: (done: number, total: number, score: number) => void
}

/** The user's text where there is one; else PEZ's, or a plain one that fares better where the recipe tries those. */
export async function initialText(
  bundle: Bundle,
  pairs: EncodedPairs,
  recipe: Recipe,
  { text, seed = 0, signal, onText }: Search,
): Promise<InitialText> {
  if (text !== undefined) return { text, from: 'user' }
  const { tokens, steps } = recipe.pez
  const found = await findText(bundle, pairs.sketches, {
    ...{ tokens, steps, seed, signal },
    onStep: (step, score) => onText?.(step, steps, score),
  })
  const pez: InitialText = { text: found.text, from: 'pez' }
  if (!recipe.plainTexts) return pez
  return scope(async () => {
    const { context: negative } = bundle.text.encode('')
    const schedule = new NoiseSchedule(bundle.manifest.schedule, bundle.device)
    const objective = new Objective(bundle, schedule, pairs, recipe, negative)
    const plain = TEXTS.map((text): InitialText => ({ text, from: 'plain' }))
    const near = await lowest(plain, SHORTLIST, ({ text }) =>
      objective.edit(bundle.text.encode(text).context),
    )
    const held = new HeldSet(bundle, objective, new PairNoise(bundle, pairs.count, seed), DRAWS)
    held.fill()
    const optional = recipe.drawing?.optional
    const other = optional ? bundle.text.encode(optional) : undefined
    const [best] = await lowest([pez, ...near], 1, ({ text, from }) => {
      throwIfCancelled(signal, 'Learning was cancelled while a text was sought.')
      const instruction = new Instruction(bundle.text.encode(text), bundle.manifest.text.tokens, other)
      return held.score(instruction).mul(from === 'pez' ? 1 : MARGIN)
    })
    held.dispose()
    return best as InitialText
  })
}

/** The `count` with the lowest scores, the lowest first. Each is awaited before the next is begun. */
async function lowest<T>(candidates: readonly T[], count: number, score: (one: T) => Tensor): Promise<T[]> {
  const scored: { one: T; value: number }[] = []
  for (const one of candidates) {
    using value = scope(() => noGrad(() => score(one)))
    scored.push({ one, value: await value.item() })
  }
  scored.sort((a, b) => a.value - b.value)
  return scored.slice(0, count).map(({ one }) => one)
}
