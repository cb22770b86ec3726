/** What is put into PNG files, text and colour profiles, as chunks: each chunk is its data's length, a type, the data, and a CRC of type and data. */
import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
/** Ends the keyword; no compression and its method; no language; no translated keyword. */
const PLAIN = Buffer.alloc(5)

/** The PNG with one chunk of text more, right behind its header. */
export function insertText(png: Buffer, keyword: string, text: string): Buffer {
  return insert(png, 'iTXt', Buffer.concat([Buffer.from(keyword, 'latin1'), PLAIN, Buffer.from(text)]))
}

/** The PNG with an ICC profile: its name and the method of compression, then the profile. */
export function insertProfile(png: Buffer, profile: Buffer): Buffer {
  return insert(png, 'iCCP', Buffer.concat([Buffer.from('profile\0\0', 'latin1'), deflateSync(profile)]))
}

/** A chunk right behind the header. */
function insert(png: Buffer, type: string, data: Buffer): Buffer {
  const [header] = chunks(png)
  const behind = SIGNATURE.length + 12 + (header as Chunk).data.length
  return Buffer.concat([png.subarray(0, behind), chunkOf(type, data), png.subarray(behind)])
}

/** The text under a keyword, undefined where there is none. @throws Error where the bytes are no whole PNG. */
export function findText(png: Buffer, keyword: string): string | undefined {
  const start = Buffer.concat([Buffer.from(keyword, 'latin1'), PLAIN])
  const found = chunks(png).find(
    ({ type, data }) => type === 'iTXt' && data.subarray(0, start.length).equals(start),
  )
  return found?.data.toString('utf8', start.length)
}

interface Chunk {
  type: string
  data: Buffer
}

function chunks(png: Buffer): Chunk[] {
  if (!png.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw new Error('it does not begin as a PNG does')
  const found: Chunk[] = []
  let at = SIGNATURE.length
  while (found.at(-1)?.type !== 'IEND') {
    if (at + 12 > png.length) throw new Error('it is cut off')
    const end = at + 12 + png.readUInt32BE(at)
    if (end > png.length) throw new Error('it is cut off')
    const checked = png.subarray(at + 4, end - 4)
    if (crc32(checked) !== png.readUInt32BE(end - 4)) throw new Error('the sum of a chunk is wrong')
    found.push({ type: checked.toString('latin1', 0, 4), data: checked.subarray(4) })
    at = end
  }
  return found
}

function chunkOf(type: string, data: Buffer): Buffer {
  const checked = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const chunk = Buffer.alloc(8 + checked.length)
  chunk.writeUInt32BE(data.length, 0)
  checked.copy(chunk, 4)
  chunk.writeUInt32BE(crc32(checked), 4 + checked.length)
  return chunk
}
