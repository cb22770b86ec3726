import type { EncodedText } from '../bundle/text-encoder.js'
import { invalidArgument } from '../errors.js'
import { cat, type Tensor } from '../torch/index.js'
import { joined } from './hybrid.js'

/** What is learned: the rows 1..eos-1 of the text encoder's output. The rows around them stay those of the initial text. */
export class Instruction {
  /** [1, eos - 1, width]: the leaf that gradients are taken to. */
  readonly rows: Tensor
  /** Position of the end token. */
  readonly eos: number
  readonly #head: Tensor
  readonly #tail: Tensor
  readonly #tokens: number
  readonly #optional: EncodedText | undefined

  /**
   * @param tokens how many rows the context has.
   * @param optional a text that drawings join it with, now and then.
   */
  constructor({ context, eos }: EncodedText, tokens: number, optional?: EncodedText) {
    if (eos < 2)
      throw invalidArgument('initial text', 'at least one token', '', 'Give a text, or let PEZ find one.')
    this.eos = eos
    this.#head = context.narrow(1, 0, 1)
    this.#tail = context.narrow(1, eos, tokens - eos)
    this.#tokens = tokens
    this.#optional = optional
    this.rows = context.narrow(1, 1, eos - 1).requiresGrad()
  }

  /** [1, tokens, width], differentiable in the learned rows. */
  context(rows: Tensor = this.rows): Tensor {
    return cat([this.#head, rows, this.#tail], 1)
  }

  /**
   * What a drawing is made with, [1, tokens, width].
   * @param context of this instruction.
   * @param share a scalar: 1 joined with the optional text, 0 alone. A tensor, so that recorded steps can take turns.
   * @throws TEXT_TOO_LONG where the optional text does not fit beside it.
   */
  drawn(context: Tensor, share: Tensor): Tensor {
    if (!this.#optional) return context
    return context.add(joined(context, this.eos, this.#optional, this.#tokens).sub(context).mul(share))
  }
}
