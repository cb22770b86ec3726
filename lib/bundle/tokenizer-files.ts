/** vocab.json and merges.txt of a CLIPTokenizer, checked. */
import { isObject } from '../data/json.js'
import { quoted, SilverpointError } from '../errors.js'

/** @throws BUNDLE_INVALID unless it is a JSON object that numbers its tokens from 0. */
export function parseVocabulary(json: string): ReadonlyMap<string, number> {
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch (error) {
    throw invalid('vocabulary', 'a JSON object', `it does not parse (${(error as Error).message})`)
  }
  if (!isObject(parsed)) throw invalid('vocabulary', 'a JSON object', 'it is another value')
  const entries = Object.entries(parsed)
  const seen = new Set<unknown>()
  for (const [token, id] of entries) {
    const fits = Number.isInteger(id) && (id as number) >= 0 && (id as number) < entries.length
    if (!fits || seen.has(id)) {
      const wanted = `the numbers 0 to ${entries.length - 1}, each for one token,`
      throw invalid('vocabulary', wanted, `${quoted(token)} has ${quoted(id)}`)
    }
    seen.add(id)
  }
  return new Map(entries as [string, number][])
}

/** Two tokens that are joined, and the token they become. */
export interface Merge {
  left: number
  right: number
  joined: number
}

/** In order of precedence. @throws BUNDLE_INVALID unless each line is two tokens of the vocabulary that make a third. */
export function parseMerges(text: string, vocabulary: ReadonlyMap<string, number>): Merge[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const empty = line === '' || line.startsWith('#version')
    return empty ? [] : [parseMerge(line, index + 1, vocabulary)]
  })
}

function parseMerge(line: string, number: number, vocabulary: ReadonlyMap<string, number>): Merge {
  const parts = line.split(' ')
  if (parts.length !== 2 || parts.includes(''))
    throw invalid('merges', 'two tokens and one space a line', `line ${number} is ${quoted(line)}`)
  const id = (token: string): number => {
    const found = vocabulary.get(token)
    if (found !== undefined) return found
    const got = `line ${number} makes or joins ${quoted(token)}`
    throw invalid('merges', 'tokens of the vocabulary', got)
  }
  const [left, right] = parts as [string, string]
  return { left: id(left), right: id(right), joined: id(left + right) }
}

export function invalid(which: string, wanted: string, got: string): SilverpointError {
  return new SilverpointError(
    'BUNDLE_INVALID',
    `Expected ${wanted} in the tokenizer's ${which} but ${got}. Export the bundle again.`,
  )
}
