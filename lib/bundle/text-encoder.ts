import { quoted, SilverpointError } from '../errors.js'
import { type Tensor, tensor } from '../torch/index.js'
import type { Modules, Placement } from './bundle.js'
import type { Encoded, Tokenizer } from './tokenizer.js'

/** A text as the diffusion reads it. */
export interface EncodedText {
  /** [1, tokens, width] float32: the text encoder's output. */
  context: Tensor
  /** Position of the end token. */
  eos: number
}

/** CLIP's text tower. Takes and gives float32, whatever it computes in. */
export class TextEncoder {
  readonly #modules: Modules
  readonly #tokenizer: Tokenizer
  readonly #placement: Placement

  constructor(modules: Modules, tokenizer: Tokenizer, placement: Placement) {
    this.#modules = modules
    this.#tokenizer = tokenizer
    this.#placement = placement
  }

  /** @throws TEXT_TOO_LONG where the text needs more tokens than there are: nothing is cut in silence. */
  encode(text: string): EncodedText {
    const encoded = this.#tokenizer.encode(text)
    if (encoded.truncated) {
      throw new SilverpointError(
        'TEXT_TOO_LONG',
        `Expected a text of at most ${encoded.ids.length - 2} tokens but these do not fit: ${quoted(encoded.truncated)}. Shorten it.`,
      )
    }
    return { context: this.encodeIds(encoded), eos: encoded.eos }
  }

  /** @returns [1, tokens, width] */
  encodeIds({ ids, eos }: Pick<Encoded, 'ids' | 'eos'>): Tensor {
    return this.encodeEmbeddings(this.embed(ids), eos).hidden
  }

  /** The token table's rows. @returns [1, T, width] */
  embed(ids: readonly number[]): Tensor {
    const { device } = this.#placement
    const rows = tensor(BigInt64Array.from(ids, BigInt), [1, ids.length], { dtype: 'int64', device })
    return this.#modules.text_embed.forward(rows).to({ dtype: 'float32' })
  }

  /**
   * The tower from embeddings on, differentiable.
   * @param embeddings [1, tokens, width], without positions.
   * @returns hidden [1, tokens, width], after the final layer norm; pooled [1, width], its row at `eos`.
   */
  encodeEmbeddings(embeddings: Tensor, eos: number): { hidden: Tensor; pooled: Tensor } {
    const { device, dtype } = this.#placement
    const position = tensor(BigInt64Array.of(BigInt(eos)), [1], { dtype: 'int64', device })
    const [hidden, pooled] = this.#modules.text_encode.call(2, embeddings.to({ dtype }), position) as [
      Tensor,
      Tensor,
    ]
    return { hidden: hidden.to({ dtype: 'float32' }), pooled: pooled.to({ dtype: 'float32' }) }
  }

  /** Into the space shared with images, differentiable. @param features [B, width] @returns [B, projection] */
  project(features: Tensor): Tensor {
    const { dtype } = this.#placement
    return this.#modules.text_project.forward(features.to({ dtype })).to({ dtype: 'float32' })
  }
}
