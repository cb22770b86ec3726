/** The text that a learning begins from. */
import type { Bundle } from '../bundle/bundle.js'
import { scope } from '../torch/index.js'
import { throwIfCancelled } from './cancel.js'
import { Likeness } from './likeness.js'
import { withManner } from './manner.js'
import type { EncodedPairs } from './objective.js'
import { findText } from './pez.js'
import type { TextSource } from './provenance.js'
import type { Recipe } from './recipe.js'
import { TEXTS } from './texts.js'

export interface InitialText {
  text: string
  from: TextSource
}

/** How many are drawn at once. */
const BATCH = 4

interface Search {
  text?: string
  seed?: number
  signal?: AbortSignal
  onText?: (done: number, total: number, score: number) => void
  onTried?: (done: number, total: number) => void
}

/** The user's text where there is one; else PEZ's, or a plain one that draws the pairs more alike where the recipe tries those. */
export async function initialText(
  bundle: Bundle,
  pairs: EncodedPairs,
  recipe: Recipe,
  { text, seed = 0, signal, onText, onTried }: Search,
): Promise<InitialText> {
  if (text !== undefined) return { text, from: 'user' }
  const { tokens, steps } = recipe.pez
  const found = await findText(bundle, pairs.sketches, {
    ...{ tokens, steps, seed, signal },
    onStep: (step, score) => onText?.(step, steps, score),
  })
  const pez: InitialText = { text: found.text, from: 'pez' }
  if (!recipe.plainTexts) return pez
  const plain = TEXTS.map((text): InitialText => ({ text, from: 'plain' }))
  return likest(bundle, pairs, recipe, [pez, ...plain], { seed, signal, onTried })
}

/** The text by which the pairs' photos come out most like their sketches. */
async function likest(
  bundle: Bundle,
  pairs: EncodedPairs,
  { manner }: Recipe,
  candidates: readonly InitialText[],
  { seed = 0, signal, onTried }: Search,
): Promise<InitialText> {
  return scope(async () => {
    const likeness = await Likeness.of(bundle, pairs, seed)
    let best = { text: candidates[0] as InitialText, score: Number.NEGATIVE_INFINITY }
    for (let from = 0; from < candidates.length; from += BATCH) {
      throwIfCancelled(signal, 'Learning was cancelled while a text was sought.')
      const batch = candidates.slice(from, from + BATCH)
      const contexts = batch.map(({ text }) => withManner(bundle.text.encode(text), pairs, manner).context)
      const scores = await likeness.scores(contexts)
      for (const [at, score] of scores.entries())
        if (score > best.score) best = { text: batch[at] as InitialText, score }
      onTried?.(from + batch.length, candidates.length)
    }
    return best.text
  })
}
