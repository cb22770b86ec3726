/**
 * CLIP's byte-level BPE, equal to the CLIPTokenizer of transformers 5. Letters newer than Unicode 16, and combining marks
 * newer than Unicode 10, may be cut otherwise: each side knows Unicode as of its own making.
 */
import { bytesOfToken, LETTERS } from './byte-letters.js'
import { MergeQueue } from './merge-queue.js'
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
/** In place of an id that was joined with the one before it. */
const GONE = -1
/** What Python's str.strip() takes away. */
const SPACE = '[\\p{White_Space}\\x1c-\\x1f]+'
const MARGINS = new RegExp(`^${SPACE}|${SPACE}$`, 'gu')

export class Tokenizer {
  readonly #vocabulary: ReadonlyMap<string, number>
  /** By id. */
  readonly #tokens: readonly string[]
  /** What each id spells, once it was asked for. */
  readonly #bytes: Uint8Array[] = []
  /** Ids of the 256 bytes, within a word and at its end. */
  readonly #letters: readonly number[]
  readonly #lastLetters: readonly number[]
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
    this.#letters = LETTERS.map((letter) => this.#id(letter))
    this.#lastLetters = LETTERS.map((letter) => this.#id(letter + END_OF_WORD))
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
    const known = new Map<string, number[]>()
    const cut = (word: string): number[] => {
      const ids = known.get(word) ?? this.#merge(this.#spell(word))
      known.set(word, ids)
      return ids
    }
    return parts.flatMap((part, i) => (i % 2 === 1 ? [this.#id(part)] : splitWords(part).flatMap(cut)))
  }

  /** As CLIPTokenizer.decode(ids, skip_special_tokens=True). Ids that are in no vocabulary are skipped, too. */
  decode(ids: readonly number[]): string {
    const special = Object.values(this.#special)
    return this.#text(ids.filter((id) => !special.includes(id))).replace(MARGINS, '')
  }

  #text(ids: readonly number[]): string {
    const bytes = Buffer.concat(ids.map((id) => this.#bytesOf(id)))
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
    return text.replaceAll(END_OF_WORD, ' ')
  }

  #bytesOf(id: number): Uint8Array {
    return (this.#bytes[id] ??= Uint8Array.from(bytesOfToken(this.#tokens[id] ?? '')))
  }

  #spell(word: string): number[] {
    const bytes = Buffer.from(word)
    return Array.from(
      bytes,
      (byte, i) => (i === bytes.length - 1 ? this.#lastLetters : this.#letters)[byte] as number,
    )
  }

  /** Joins the pair of the earliest merge, and of several the leftmost, again and again. */
  #merge(ids: number[]): number[] {
    const next = Int32Array.from(ids, (_, i) => i + 1)
    const previous = Int32Array.from(ids, (_, i) => i - 1)
    const queue = new MergeQueue()
    const offer = (place: number) => {
      const [left, right] = [ids[place], ids[next[place] as number]]
      if (left === undefined || right === undefined) return
      const rank = this.#ranks.get(this.#pair(left, right))
      if (rank !== undefined) queue.push(rank, place)
    }
    for (let i = 0; i < ids.length; i++) offer(i)
    for (let earliest = queue.pop(); earliest; earliest = queue.pop()) {
      const { rank, place } = earliest
      const { left, right, joined } = this.#merges[rank] as Merge
      const behind = next[place] as number
      // One of the two has been joined with another since.
      if (ids[place] !== left || ids[behind] !== right) continue
      ids[place] = joined
      ids[behind] = GONE
      next[place] = next[behind] as number
      previous[next[place] as number] = place // Behind the last there is nothing to set.
      offer(previous[place] as number)
      offer(place)
    }
    return ids.filter((id) => id !== GONE)
  }

  #pair(left: number, right: number): number {
    return left * this.#vocabulary.size + right
  }

  /** The end token is CLIP's unknown token as well. */
  #id(token: string): number {
    return this.#vocabulary.get(token) ?? this.#special.eos
  }
}

/** Matches, and captures, any of the texts: the longest of those that begin at a place. */
function anyOf(texts: readonly string[]): RegExp {
  const longestFirst = [...texts].sort((a, b) => b.length - a.length)
  return new RegExp(`(${longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|')})`)
}
