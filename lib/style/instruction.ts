import type { EncodedText } from '../bundle/text-encoder.js'
import { invalidArgument } from '../errors.js'
import { cat, type Tensor } from '../torch/index.js'

/** What is learned: the rows 1..eos-1 of the text encoder's output. The rows around them stay those of the initial text. */
export class Instruction {
  /** [1, eos - 1, width]: the leaf that gradients are taken to. */
  readonly rows: Tensor
  /** Position of the end token. */
  readonly eos: number
  readonly #head: Tensor
  readonly #tail: Tensor

  /** @param tokens how many rows the context has. */
  constructor({ context, eos }: EncodedText, tokens: number) {
    if (eos < 2)
      throw invalidArgument('initial text', 'at least one token', '', 'Give a text, or let PEZ find one.')
    this.eos = eos
    this.#head = context.narrow(1, 0, 1)
    this.#tail = context.narrow(1, eos, tokens - eos)
    this.rows = context.narrow(1, 1, eos - 1).requiresGrad()
  }

  /** [1, tokens, width], differentiable in the learned rows. */
  context(rows: Tensor = this.rows): Tensor {
    return cat([this.#head, rows, this.#tail], 1)
  }
}
