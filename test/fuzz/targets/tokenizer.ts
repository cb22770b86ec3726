import { readFileSync } from 'node:fs'
import { Tokenizer } from '../../../lib/bundle/tokenizer.js'
import { fixture } from '../../helpers.js'
import { mutateBytes } from '../bytes.js'
import { mutateJson } from '../json.js'
import { ensure, type Target } from '../target.js'
import { anyText } from '../unicode.js'

const TOKENS = 16
/** Enough for most words to be merged, few enough to be read ten thousand times. */
const MERGES = 120

/** The first merges of the tests' tokenizer, and a vocabulary of what they need. */
function smallTokenizer(): { vocabulary: string; merges: string } {
  const all: Record<string, number> = JSON.parse(readFileSync(fixture('tokenizer-vocab.json'), 'utf8'))
  const merges = readFileSync(fixture('tokenizer-merges.txt'), 'utf8').split('\n').slice(0, MERGES)
  const made = new Set(merges.map((line) => line.replace(' ', '')))
  const letters = Object.keys(all).filter((token) => [...token.replace('</w>', '')].length === 1)
  const kept = [...new Set([...letters, ...made]), '<|startoftext|>', '<|endoftext|>'].filter(
    (token) => token in all,
  )
  const vocabulary = Object.fromEntries(kept.map((token, id) => [token, id]))
  return { vocabulary: JSON.stringify(vocabulary), merges: merges.join('\n') }
}

function use(vocabulary: string, merges: string, specials: { bos: number; eos: number; pad: number }): void {
  const tokenizer = Tokenizer.fromFiles(vocabulary, merges, specials, TOKENS)
  requireEncoded(tokenizer, 'A pencil sketch, <|endoftext|> don’t \0 é \ud800 銀筆')
}

function requireEncoded(tokenizer: Tokenizer, text: string): void {
  const { ids, eos, truncated } = tokenizer.encode(text)
  const known = (id: number) => Number.isInteger(id) && id >= 0 && id < tokenizer.size
  ensure(ids.every(known), 'an id outside the vocabulary')
  ensure(ids.indexOf(ids[eos]!) === eos, 'no first end token')
  ensure(typeof truncated === 'string' && typeof tokenizer.decode(ids) === 'string', 'no text')
}

const small = smallTokenizer()
const size = Object.keys(JSON.parse(small.vocabulary)).length
const specials = { bos: size - 2, eos: size - 1, pad: size - 1 }

export const vocabulary: Target = {
  name: 'vocab.json',
  weight: 10,
  async open() {
    const whole = Buffer.from(small.vocabulary)
    return {
      make: (random) =>
        random.chance(0.4) ? mutateBytes(random, [whole]) : Buffer.from(mutateJson(random, small.vocabulary)),
      read: (input) => use(input.toString(), small.merges, specials),
    }
  },
}

export const merges: Target = {
  name: 'merges.txt',
  weight: 10,
  async open() {
    const corpus = [Buffer.from(small.merges), Buffer.from('a b\r\n#version: 0.2\nc d </w>\n')]
    return {
      make: (random) => mutateBytes(random, corpus),
      read: (input) => use(small.vocabulary, input.toString(), specials),
    }
  },
}

/** As UTF-16, which can hold halves of letters. */
export const texts: Target = {
  name: 'text',
  weight: 30,
  async open() {
    const [vocabulary, merges] = ['tokenizer-vocab.json', 'tokenizer-merges.txt'].map((name) =>
      readFileSync(fixture(name), 'utf8'),
    ) as [string, string]
    const { special, length } = JSON.parse(readFileSync(fixture('tokenizer.json'), 'utf8'))
    const tokenizer = Tokenizer.fromFiles(vocabulary, merges, special, length)
    return {
      make: (random) => Buffer.from(anyText(random), 'utf16le'),
      read: (input) => requireEncoded(tokenizer, input.toString('utf16le')),
    }
  },
}
