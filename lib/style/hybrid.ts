import type { Bundle } from '../bundle/bundle.js'
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
  const { context, eos } = bundle.text.encode(optional)
  const { tokens } = bundle.manifest.text
  const from = style.provenance.end + 2
  const to = from + eos
  if (to > tokens) {
    throw new SilverpointError(
      'TEXT_TOO_LONG',
      `Expected an optional text of at most ${Math.max(0, tokens - from - 1)} tokens beside this style's instruction but received ${eos - 1}. Shorten it.`,
    )
  }
  return cat([learned.narrow(1, 0, from), context.narrow(1, 0, eos), learned.narrow(1, to, tokens - to)], 1)
}
