import type { Run } from '../results.js'

/** Which of a method's runs. */
export function runName({ learningPair, seed, variant }: Run): string {
  const parts = [variant && `“${variant}”`, learningPair && `learned from ${learningPair}`]
  return [...parts, seed !== null && `seed ${seed}`].filter(Boolean).join(', ')
}
