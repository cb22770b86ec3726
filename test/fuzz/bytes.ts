/** Damage that any file may take: bits, cuts, splices, and numbers that say lengths. */
import type { Random } from './random.js'

type Mutation = (bytes: Buffer, random: Random, corpus: readonly Buffer[]) => Buffer

/** One to four kinds of damage to a copy of one of the corpus. */
export function mutateBytes(random: Random, corpus: readonly Buffer[]): Buffer {
  let bytes: Buffer = Buffer.from(random.pick(corpus))
  for (let n = 1 + random.below(4); n > 0; n--) bytes = random.pick(MUTATIONS)(bytes, random, corpus)
  return bytes
}

const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => overwrite(bytes, place(bytes, random), [1 << random.below(8)], (old, bit) => old ^ bit),
  (bytes, random) => overwrite(bytes, place(bytes, random), [random.pick([0, 1, 0x20, 0x7f, 0x80, 0xff])]),
  (bytes, random) => overwrite(bytes, place(bytes, random), random.bytes(1 + random.below(8))),
  (bytes, random) => overwrite(bytes, place(bytes, random), number(random, bytes.length)),
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  function remove(bytes, random) {
    const [from, to] = range(bytes, random)
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
  },
  function repeat(bytes, random) {
    const [from, to] = range(bytes, random)
    const part = bytes.subarray(from, Math.min(to, from + 64))
    const times = random.pick([1, 2, 100])
    return Buffer.concat([bytes.subarray(0, to), ...new Array<Buffer>(times).fill(part), bytes.subarray(to)])
  },
  function insert(bytes, random) {
    const at = place(bytes, random)
    const noise = random.bytes(random.pick([1, 4, 32]))
    return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)])
  },
  function splice(bytes, random, corpus) {
    const other = random.pick(corpus)
    return Buffer.concat([bytes.subarray(0, place(bytes, random)), other.subarray(place(other, random))])
  },
]

/** Mostly near the beginning, where headers are. */
function place(bytes: Buffer, random: Random): number {
  return Math.floor(bytes.length * random.next() ** 2)
}

function range(bytes: Buffer, random: Random): [number, number] {
  const from = place(bytes, random)
  return [from, from + random.below(bytes.length - from + 1)]
}

function overwrite(
  bytes: Buffer,
  at: number,
  values: Iterable<number>,
  combine = (_old: number, value: number) => value,
): Buffer {
  let i = at
  for (const value of values) {
    if (i < bytes.length) bytes[i] = combine(bytes[i] as number, value)
    i++
  }
  return bytes
}

/** A length that a reader may trust too much, of 1 to 8 bytes in either order. */
function number(random: Random, length: number): Buffer {
  const value = random.pick([
    ...[0n, 1n, 8n, 0x7fn, 0xffn, 0x7fffn, 0xffffn, 0x7fffffffn, 0x80000000n, 0xffffffffn],
    ...[
      2n ** 53n,
      2n ** 63n,
      2n ** 64n - 1n,
      BigInt(length),
      BigInt(length + 1),
      BigInt(random.below(65536)),
    ],
  ])
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  const width = random.pick([1, 2, 4, 8])
  return random.chance(0.5) ? bytes.subarray(0, width) : bytes.reverse().subarray(8 - width)
}
