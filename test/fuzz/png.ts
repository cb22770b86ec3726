/** Damage inside a PNG whose sums are right, which gets past the first check of a reader. */
import { crc32 } from 'node:zlib'
import { mutateBytes } from './bytes.js'
import type { Random } from './random.js'

const TYPES = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND', 'iTXt', 'zTXt', 'tEXt', 'iCCP', 'eXIf', 'acTL', 'xxxx']

/** One chunk changed (by `change`, if it is given), left out, doubled or moved, or of another type. */
export function mutatePng(
  random: Random,
  corpus: readonly Buffer[],
  change = (data: Buffer): Buffer => mutateBytes(random, [data]),
): Buffer {
  const png = random.pick(corpus)
  const chunks = chunksOf(png)
  const at = random.below(chunks.length)
  const chunk = chunks[at] as Chunk
  const others = chunks.filter((other) => other !== chunk)
  const changed = random.pick([
    () => chunks.map((other) => ({ ...other, data: other === chunk ? change(other.data) : other.data })),
    () => chunks.map((other) => ({ ...other, data: change(other.data) })),
    () => others,
    () => [...chunks.slice(0, at), chunk, ...chunks.slice(at)],
    () => others.toSpliced(random.below(chunks.length), 0, chunk),
    () => chunks.with(at, { ...chunk, type: random.pick(TYPES) }),
  ])()
  return Buffer.concat([png.subarray(0, 8), ...changed.map(bytesOf)])
}

interface Chunk {
  type: string
  data: Buffer
}

function chunksOf(png: Buffer): Chunk[] {
  const chunks: Chunk[] = []
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const length = png.readUInt32BE(at)
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) })
  }
  return chunks
}

function bytesOf({ type, data }: Chunk): Buffer {
  const checked = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(data.length, 0)
  ends.writeUInt32BE(crc32(checked), 4)
  return Buffer.concat([ends.subarray(0, 4), checked, ends.subarray(4)])
}
