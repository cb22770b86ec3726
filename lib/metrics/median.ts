/** Bits of a double's upper word that do not choose its bucket: sign, exponent and 4 bits of the fraction do. */
const REST = 16
const counts = new Uint32Array(1 << (32 - REST))

/**
 * The lower of the two middle ones of `values`, which are not negative, as PyTorch's median has it. Such doubles are ordered
 * as their bits are: one pass counts them by their upper bits, and only the bucket with the median is sorted.
 */
export function lowerMedian(values: Float64Array): number {
  const upper = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length)
  counts.fill(0)
  for (let i = 1; i < upper.length; i += 2) {
    const bucket = (upper[i] as number) >>> REST
    counts[bucket] = (counts[bucket] as number) + 1
  }
  let bucket = 0
  let rank = (values.length - 1) >> 1
  while (rank >= (counts[bucket] as number)) rank -= counts[bucket++] as number
  const candidates = new Float64Array(counts[bucket] as number)
  for (let i = 0, to = 0; to < candidates.length; i++) {
    if ((upper[2 * i + 1] as number) >>> REST === bucket) candidates[to++] = values[i] as number
  }
  return candidates.sort()[rank] as number
}
