import type { Bundle } from '../bundle/bundle.js'
import { hybridInstruction } from '../style/hybrid.js'
import type { Style } from '../style/style.js'
import { scope, type Tensor } from '../torch/index.js'

/** What a photo is drawn in. Without a style, the text alone is the instruction. */
export interface Wish {
  style: Style | undefined
  optional: string
}

interface Made {
  wish: Wish
  /** [1, tokens, width] */
  context: Tensor
}

/** Instructions, each made once for all photos that wish the same. */
export class Instructions {
  readonly #bundle: Bundle
  readonly #lent: readonly Made[]
  readonly #own: Made[] = []

  /** @param lender whose instructions are used too, and stay its own. */
  constructor(bundle: Bundle, lender?: Instructions) {
    this.#bundle = bundle
    this.#lent = lender ? lender.#own : []
  }

  /** [1, tokens, width], until these are disposed of. @throws STYLE_MISMATCH, TEXT_TOO_LONG. */
  of({ style, optional }: Wish): Tensor {
    const same = ({ wish }: Made) => wish.style === style && wish.optional === optional
    const made = this.#lent.find(same) ?? this.#own.find(same)
    if (made) return made.context
    const context = scope(() =>
      style ? hybridInstruction(this.#bundle, style, optional) : this.#bundle.text.encode(optional).context,
    )
    this.#own.push({ wish: { style, optional }, context })
    return context
  }

  [Symbol.dispose](): void {
    for (const { context } of this.#own) context.dispose()
  }
}
