/** What the text leaves unsaid of a pair's drawing, laid into the rows that a learning begins from. */
import type { EncodedText } from '../bundle/text-encoder.js'
import type { EncodedPairs } from './objective.js'

/**
 * A text with the pairs' own measures added to all of its rows, as in the bundle's training.
 * @param strength 1 as in training; 0: the text alone. A bundle that has no measures gives the text alone, too.
 */
export function withManner(
  { context, eos }: EncodedText,
  { manner }: EncodedPairs,
  strength: number,
): EncodedText {
  return { context: manner && strength !== 0 ? context.add(manner.mul(strength)) : context, eos }
}
