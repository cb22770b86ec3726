/** The text that a learning begins from. */
import type { Bundle } from '../bundle/bundle.js'
import { scope } from '../torch/index.js'
import { throwIfCancelled } from './cancel.js'
import { Likeness } from './likeness.js'
import { withManner } from './manner.js'
import type { EncodedPairs } from './objective.js'
import { firstPairs } from './pairs.js'
import { findText } from './pez.js'
import type { TextSource } from './provenance.js'
import type { Recipe } from './recipe.js'
import { TEXTS } from './texts.js'

export interface InitialText {
  text: string
  from: TextSource
}

/** How many drawings are made at once. */
const BATCH = 8
/** How many of the texts, the likest by the pairs as they are, are tried on the mirrored ones, too. */
const FINALISTS = 6

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

/** The text by which the pairs' photos come out most like their sketches, mirrored ones among them where they are learned from. */
async function likest(
  bundle: Bundle,
  pairs: EncodedPairs,
  recipe: Recipe,
  candidates: readonly InitialText[],
  { seed = 0, signal, onTried }: Search,
): Promise<InitialText> {
  const finalists = recipe.mirrored ? FINALISTS : 0
  let done = 0
  /** The likest first. */
  const ranked = async (seen: EncodedPairs, texts: readonly InitialText[]) => {
    const likeness = await Likeness.of(bundle, seen, seed)
    const atOnce = Math.max(1, Math.floor(BATCH / seen.count))
    const scores: number[] = []
    for (let from = 0; from < texts.length; from += atOnce) {
      throwIfCancelled(signal, 'Learning was cancelled while a text was sought.')
      const batch = texts.slice(from, from + atOnce)
      const contexts = batch.map(
        ({ text }) => withManner(bundle.text.encode(text), seen, recipe.manner).context,
      )
      scores.push(...(await likeness.scores(contexts)))
      done += batch.length
      onTried?.(done, candidates.length + finalists)
    }
    const order = [...texts.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number))
    return order.map((at) => texts[at] as InitialText)
  }
  return scope(async () => {
    if (!recipe.mirrored) return (await ranked(pairs, candidates))[0] as InitialText
    const likely = await ranked(firstPairs(pairs, pairs.count / 2), candidates)
    return (await ranked(pairs, likely.slice(0, finalists)))[0] as InitialText
  })
}
