import { fileURLToPath } from 'node:url'

type Numbers = ArrayLike<number | bigint>

export const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))

export const length = (a: Numbers): number => Math.sqrt(dot(a, a))

export const cosine = (a: Numbers, b: Numbers): number => dot(a, b) / (length(a) * length(b))

export const subtract = (a: Numbers, b: Numbers): Float64Array =>
  Float64Array.from(a, (value, i) => Number(value) - Number(b[i]))

/** Euclidean length of the difference, as a share of that of what is wanted. */
export const apart = (found: Numbers, wanted: Numbers): number =>
  length(subtract(found, wanted)) / length(wanted)

export const maxDifference = (a: Numbers, b: Numbers): number =>
  subtract(a, b).reduce((most, value) => Math.max(most, Math.abs(value)), 0)

function dot(a: Numbers, b: Numbers): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += Number(a[i]) * Number(b[i])
  return sum
}
