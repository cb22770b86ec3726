import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type SpecialIds, Tokenizer } from '../lib/bundle/tokenizer.js'

const read = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
const VOCABULARY = read('tokenizer-vocab.json')
const MERGES = read('tokenizer-merges.txt')

interface Ids {
  text: string
  ids: number[]
}
interface Decoded {
  ids: number[]
  decoded: string
}

/** By test/peer/tokenizer.py, from transformers' CLIPTokenizer. */
const peer: {
  length: number
  special: SpecialIds
  padMark: number
  tokenized: (Ids & Decoded)[]
  tokenizedWithPadMark: (Ids & Decoded)[]
  encoded: Ids[]
  encodedWithPadMark: Ids[]
  decoded: Decoded[]
} = JSON.parse(read('tokenizer.json'))

const tokenizer = Tokenizer.fromFiles(VOCABULARY, MERGES, peer.special, peer.length)
const padMarked = Tokenizer.fromFiles(VOCABULARY, MERGES, { ...peer.special, pad: peer.padMark }, peer.length)

const tokenizedBy = (made: Tokenizer, examples: Ids[]) =>
  examples.map(({ text }) => ({ text, ids: made.tokenize(text) }))
const encodedBy = (made: Tokenizer, examples: Ids[]) =>
  examples.map(({ text }) => ({ text, ids: made.encode(text).ids }))
const decodedBy = (made: Tokenizer, examples: Decoded[]) =>
  examples.map(({ ids }) => ({ ids, decoded: made.decode(ids) }))
const idsOf = (examples: Ids[]) => examples.map(({ text, ids }) => ({ text, ids }))
const decodedOf = (examples: Decoded[]) => examples.map(({ ids, decoded }) => ({ ids, decoded }))

describe("the tokenizer, beside transformers' CLIPTokenizer", () => {
  it('gives the same ids for every text', () => {
    expect(peer.tokenized.length).toBeGreaterThan(800)
    expect(tokenizedBy(tokenizer, peer.tokenized)).toEqual(idsOf(peer.tokenized))
  })

  it('decodes every text the same', () => {
    expect(decodedBy(tokenizer, peer.tokenized)).toEqual(decodedOf(peer.tokenized))
  })

  it('decodes ids in any order the same, halves of letters and special tokens among them', () => {
    expect(peer.decoded.length).toBe(200)
    expect(decodedBy(tokenizer, peer.decoded)).toEqual(decodedOf(peer.decoded))
  })

  it('cuts and pads the same', () => {
    expect(encodedBy(tokenizer, peer.encoded)).toEqual(peer.encoded)
  })

  it('is the same when it pads with a token that texts hold', () => {
    expect(peer.tokenizedWithPadMark.length).toBeGreaterThan(15)
    expect(tokenizedBy(padMarked, peer.tokenizedWithPadMark)).toEqual(idsOf(peer.tokenizedWithPadMark))
    expect(decodedBy(padMarked, peer.tokenizedWithPadMark)).toEqual(decodedOf(peer.tokenizedWithPadMark))
    expect(encodedBy(padMarked, peer.encodedWithPadMark)).toEqual(peer.encodedWithPadMark)
  })
})

describe('the tokenizer', () => {
  const { bos, eos } = peer.special

  it('knows its size', () => {
    expect(tokenizer.size).toBe(Object.keys(JSON.parse(VOCABULARY)).length)
  })

  it('says where the text ends', () => {
    const { ids, eos: end, truncated } = tokenizer.encode('a face')
    expect(ids.slice(0, 5)).toEqual([bos, ...tokenizer.tokenize('a face'), eos, eos])
    expect([end, truncated]).toEqual([3, ''])
    expect(padMarked.encode('a face').eos).toBe(3)
    expect(tokenizer.encode('')).toMatchObject({ eos: 1, truncated: '' })
    expect(tokenizer.encode('a<|endoftext|>b').eos).toBe(2)
  })

  it('says which text did not fit', () => {
    const words = Array.from({ length: 80 }, (_, i) => (i % 2 ? 'light' : 'face'))
    const fits = words.slice(0, 75).join(' ')
    expect(tokenizer.encode(fits)).toMatchObject({ eos: 76, truncated: '' })
    expect(tokenizer.encode(`${words.join(' ')}, in Ink!`)).toMatchObject({
      eos: 76,
      truncated: 'light face light face light , in ink !',
    })
    expect(tokenizer.encode(words.join(' ')).ids).toEqual(tokenizer.encode(fits).ids)
    expect(tokenizer.encode(`${fits}<|endoftext|>`)).toMatchObject({ eos: 76, truncated: '<|endoftext|>' })
    expect(tokenizer.encode(`${fits} \x1f`).truncated).toBe('\x1f')
  })

  it('takes half a surrogate pair for the replacement character', () => {
    expect(tokenizer.tokenize('a\ud83d b\udc00')).toEqual(tokenizer.tokenize('a\ufffd b\ufffd'))
  })

  it('cuts a word of 20,000 letters in a moment', () => {
    const letters = 'thequickbrownfoxjumpsoverthelazydog'
    const word = Array.from({ length: 20_000 }, (_, i) => letters[(i * i) % letters.length]).join('')
    const begun = performance.now()
    expect(tokenizer.decode(tokenizer.tokenize(word))).toBe(word)
    expect(performance.now() - begun).toBeLessThan(5000)
  })

  it('cuts a megabyte without a space, or of combining marks out of order, in a moment', () => {
    const text = `e${'\u0301\u0316'.repeat(2 ** 18)}${'theface'.repeat(2 ** 16)}`
    const begun = process.cpuUsage()
    expect(tokenizer.tokenize(text).length).toBeGreaterThan(100_000)
    const { user } = process.cpuUsage(begun)
    expect(user / 1e6).toBeLessThan(5)
  })

  it('puts marks in order as Unicode does', () => {
    expect(tokenizer.tokenize('e\u0301\u0316 \u1112\u1161\u11ab')).toEqual(
      tokenizer.tokenize('é\u0316 한'.normalize('NFC')),
    )
  })

  it('skips ids of no token when it decodes', () => {
    expect(tokenizer.decode([...tokenizer.tokenize('a face'), 49407, -1])).toBe('a face')
  })

  it('gives the end token for letters that its vocabulary lacks', () => {
    const small = Tokenizer.fromFiles('{"a":0,"b</w>":1,"<e>":2,"<s>":3}', '', { bos: 3, eos: 2, pad: 2 }, 8)
    expect(small.tokenize('ab acb')).toEqual([0, 1, 0, 2, 1])
  })
})

describe('tokenizer files', () => {
  const special = { bos: 0, eos: 1, pad: 1 }
  const vocabulary = '{"<s>":0,"<e>":1,"a":2,"b</w>":3,"ab</w>":4}'
  const made = (json: string, merges: string, ids = special) => Tokenizer.fromFiles(json, merges, ids, 8)

  it('may have a version line, empty lines and the line ends of Windows', () => {
    expect(made(vocabulary, '#version: 0.2\r\na b</w>\r\n\r\n').tokenize('ab')).toEqual([4])
    expect(made(vocabulary, 'a b</w>').tokenize('ab')).toEqual([4])
    expect(made(vocabulary, '').tokenize('ab')).toEqual([2, 3])
  })

  it.each<[string, () => Tokenizer, RegExp]>([
    ['a vocabulary that is no JSON', () => made('{"a":', ''), /a JSON object .*does not parse/],
    ['a vocabulary of a list', () => made('["a"]', ''), /a JSON object /],
    ['a vocabulary of nothing', () => made('null', ''), /a JSON object /],
    ['an id twice', () => made('{"a":0,"b":0}', ''), /numbers 0 to 1, each for one token, .* "b" has 0/],
    ['an id left out', () => made('{"a":0,"b":2}', ''), /numbers 0 to 1, .* "b" has 2/],
    [
      'an id nested past the stack',
      () => made(`{"a":${'['.repeat(2e4)}${']'.repeat(2e4)}}`, ''),
      /an array of 1/,
    ],
    ['an id that is no number', () => made('{"a":"0"}', ''), /"a" has "0"/],
    [
      'a merge of one token',
      () => made(vocabulary, 'a b</w>\na'),
      /two tokens and one space a line .* line 2 is "a"/,
    ],
    [
      'a merge of three tokens',
      () => made(vocabulary, 'a b</w> a'),
      /two tokens and one space a line .* line 1 is/,
    ],
    ['a merge of an unknown token', () => made(vocabulary, 'c b</w>'), /line 1 makes or joins "c"/],
    ['a merge into an unknown token', () => made(vocabulary, 'a a'), /line 1 makes or joins "aa"/],
    [
      'an end token past the vocabulary',
      () => made(vocabulary, '', { ...special, eos: 5 }),
      /the eos token, 5, .*5 tokens/,
    ],
    ['a padding token of half', () => made(vocabulary, '', { ...special, pad: 0.5 }), /the pad token, 0.5,/],
  ])('are refused with %s', (_, make, message) => {
    expect(make).toThrow(expect.objectContaining({ code: 'BUNDLE_INVALID' }))
    expect(make).toThrow(message)
  })
})
