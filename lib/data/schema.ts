/** Reading JSON that others may have written, by valibot's schemas. */
import * as v from 'valibot'
import { brief } from '../errors.js'

export const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hexadecimal'))

/** What was wrong first: what was expected where, and what came. */
export interface Misfit {
  wanted: string
  got: string
}

/** The text as JSON of the schema, or what is wrong with it. */
export function parseJsonAs<const T extends v.GenericSchema>(
  schema: T,
  text: string,
): { value: v.InferOutput<T>; misfit?: undefined } | { value?: undefined; misfit: Misfit } {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    return { misfit: { wanted: 'JSON', got: (cause as Error).message } }
  }
  const result = v.safeParse(schema, json)
  if (result.success) return { value: result.output }
  const [issue] = result.issues
  // A pattern says little; our own message says what it means.
  const wanted = issue.type === 'regex' ? issue.message : (issue.expected ?? issue.message)
  return {
    misfit: { wanted: `${wanted} for ${v.getDotPath(issue) ?? 'the whole'}`, got: brief(issue.received) },
  }
}
