import type { Bundle } from '../bundle/bundle.js'
import type { EncodedText } from '../bundle/text-encoder.js'
import { SilverpointError } from '../errors.js'
import { cat, type Tensor } from '../torch/index.js'
import type { Style } from './style.js'

/**
 * The instruction a photo is drawn with: the learned one, joined with a plain text if there is one (Eq. 7). As VISII
 * does, the optional text's rows [0, eos) are copied to the positions from the instruction's end token + 2.
 * @returns [1, tokens, width]
 * @throws TEXT_TOO_LONG where both do not fit; STYLE_MISMATCH.
 */
export function hybridInstruction(bundle: Bundle, style: Style, optional = ''): Tensor {
  const learned = style.context(bundle)
  if (optional === '') return learned
  return joined(learned, style.provenance.end, bundle.text.encode(optional), bundle.manifest.text.tokens)
}

/**
 * The optional text's rows [0, eos) in the learned instruction's, from two after its end token.
 * @param learned [1, tokens, width]
 * @param end position of its end token.
 * @returns [1, tokens, width], differentiable in the learned rows.
 * @throws TEXT_TOO_LONG where both do not fit.
 */
export function joined(learned: Tensor, end: number, { context, eos }: EncodedText, tokens: number): Tensor {
  const from = end + 2
  const to = from + eos
  if (to > tokens) {
    throw new SilverpointError(
      'TEXT_TOO_LONG',
      `Expected an optional text of at most ${Math.max(0, tokens - from - 1)} tokens beside this style's instruction but received ${eos - 1}. Shorten it.`,
    )
  }
  return cat([learned.narrow(1, 0, from), context.narrow(1, 0, eos), learned.narrow(1, to, tokens - to)], 1)
}
