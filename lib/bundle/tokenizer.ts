/**
 * CLIP's byte-level BPE, equal to the CLIPTokenizer of transformers 5. Letters newer than Unicode 16, and combining marks
 * newer than Unicode 10, may be cut otherwise: each side knows Unicode as of its own making.
 */
import { bytesOfToken, LETTERS } from './byte-letters.js'
import { invalid, type Merge, parseMerges, parseVocabulary } from './tokenizer-files.js'
import { splitWords } from './words.js'

export interface Encoded {
  /** bos … eos pad…, as many as the text encoder takes. */
  ids: number[]
  /** Position of the first end token, where CLIP reads its pooled output. */
  eos: number
  /** The text that did not fit, '' if all did. */
  truncated: string
}

export interface SpecialIds {
  bos: number
  eos: number
  pad: number
}

const END_OF_WORD = '</w>'
/** What Python's str.strip() takes away. */
const SPACE = '[\\p{White_Space}\\x1c-\\x1f]+'
const MARGINS = new RegExp(`^${SPACE}|${SPACE}$`, 'gu')

export class Tokenizer {
  readonly #vocabulary: ReadonlyMap<string, number>
  /** By id. */
  readonly #tokens: readonly string[]
  readonly #merges: readonly Merge[]
  /** Index in #merges, by #pair. */
  readonly #ranks: ReadonlyMap<number, number>
  readonly #special: SpecialIds
  readonly #specialTokens: RegExp
  readonly #length: number

  private constructor(
    vocabulary: ReadonlyMap<string, number>,
    merges: readonly Merge[],
    special: SpecialIds,
    length: number,
  ) {
    this.#vocabulary = vocabulary
    this.#tokens = [...vocabulary].sort(([, a], [, b]) => a - b).map(([token]) => token)
    this.#merges = merges
    this.#ranks = new Map(merges.map(({ left, right }, rank) => [this.#pair(left, right), rank]))
    this.#special = special
    this.#specialTokens = anyOf(Object.values(special).map((id) => this.#tokens[id] as string))
    this.#length = length
  }

  /**
   * @param vocabulary text of vocab.json
   * @param merges text of merges.txt
   * @param tokens how many ids `encode` gives
   * @throws BUNDLE_INVALID where they do not make a tokenizer
   */
  static fromFiles(vocabulary: string, merges: string, special: SpecialIds, tokens: number): Tokenizer {
    const known = parseVocabulary(vocabulary)
    const { bos, eos, pad } = special
    for (const [name, id] of Object.entries({ bos, eos, pad })) {
      if (!Number.isInteger(id) || id < 0 || id >= known.size)
        throw invalid('vocabulary', `the ${name} token, ${id},`, `it has ${known.size} tokens`)
    }
    return new Tokenizer(known, parseMerges(merges, known), { bos, eos, pad }, tokens)
  }

  /** How many tokens there are. */
  get size(): number {
    return this.#tokens.length
  }

  encode(text: string): Encoded {
    const { bos, eos, pad } = this.#special
    const all = this.tokenize(text)
    const room = this.#length - 2
    const ids = [bos, ...all.slice(0, room), eos]
    const padding = new Array<number>(this.#length - ids.length).fill(pad)
    // With what decode() leaves out, special tokens and margins: it must not seem that all did fit.
    const truncated = this.#text(all.slice(room)).replace(/ $/, '')
    return { ids: ids.concat(padding), eos: ids.indexOf(eos), truncated }
  }

  /** The ids of the text alone, however many. A special token written in the text is that token. */
  tokenize(text: string): number[] {
    // Split by a pattern that captures: every second part is a special token.
    const parts = text.split(this.#specialTokens)
    return parts.flatMap((part, i) =>
      i % 2 === 1 ? [this.#id(part)] : splitWords(part).flatMap((word) => this.#merge(this.#spell(word))),
    )
  }

  /** As CLIPTokenizer.decode(ids, skip_special_tokens=True). Ids that are in no vocabulary are skipped, too. */
  decode(ids: readonly number[]): string {
    const special = Object.values(this.#special)
    return this.#text(ids.filter((id) => !special.includes(id))).replace(MARGINS, '')
  }

  #text(ids: readonly number[]): string {
    const bytes = ids.flatMap((id) => [...bytesOfToken(this.#tokens[id] ?? '')])
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes))
    return text.replaceAll(END_OF_WORD, ' ')
  }

  #spell(word: string): number[] {
    const letters = Array.from(Buffer.from(word), (byte) => LETTERS[byte] as string)
    return letters.map((letter, i) => this.#id(i === letters.length - 1 ? letter + END_OF_WORD : letter))
  }

  /** Joins the pair of the earliest merge, everywhere it is, again and again. */
  #merge(ids: number[]): number[] {
    for (let joined = ids; ; ) {
      const merge = this.#earliest(joined)
      if (!merge) return joined
      joined = joinPair(joined, merge)
    }
  }

  #earliest(ids: readonly number[]): Merge | undefined {
    let earliest = this.#merges.length
    for (let i = 1; i < ids.length; i++) {
      const rank = this.#ranks.get(this.#pair(ids[i - 1] as number, ids[i] as number))
      if (rank !== undefined && rank < earliest) earliest = rank
    }
    return this.#merges[earliest]
  }

  #pair(left: number, right: number): number {
    return left * this.#vocabulary.size + right
  }

  /** The end token is CLIP's unknown token as well. */
  #id(token: string): number {
    return this.#vocabulary.get(token) ?? this.#special.eos
  }
}

function joinPair(ids: readonly number[], { left, right, joined }: Merge): number[] {
  const out: number[] = []
  for (let i = 0; i < ids.length; i++) {
    const here = ids[i] === left && ids[i + 1] === right
    out.push(here ? joined : (ids[i] as number))
    if (here) i++
  }
  return out
}

/** Matches, and captures, any of the texts: the longest of those that begin at a place. */
function anyOf(texts: readonly string[]): RegExp {
  const longestFirst = [...texts].sort((a, b) => b.length - a.length)
  return new RegExp(`(${longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|')})`)
}
