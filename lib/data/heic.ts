/** HEIC, the format of iPhones' photos: sharp's prebuilt libraries come without a decoder for it. */
import sharp from 'sharp'
import { Background } from './background.js'
import { insertProfile } from './png-text.js'

/** What crosses threads. */
export interface HeicJob {
  bytes: Uint8Array
  pixelLimit: number
}
export interface HeicPixels {
  width: number
  height: number
  /** RGBA, a pixel after the other, turned as the file says. */
  data: Uint8ClampedArray
}

const BRANDS = ['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis']
const background = new Background<HeicJob, HeicPixels>('heic-worker.js')

/** By the brands at its beginning; AVIF, in the same container, has others. */
export function isHeic(bytes: Buffer): boolean {
  if (bytes.length < 16 || bytes.toString('latin1', 4, 8) !== 'ftyp') return false
  const brands = bytes.toString('latin1', 8, Math.min(bytes.readUInt32BE(0), bytes.length)).match(/.{4}/gs)
  return BRANDS.some((brand) => brands?.includes(brand))
}

/** As a PNG with the file's colour profile. @throws a plain Error. */
export async function heicToPng(bytes: Buffer, pixelLimit: number): Promise<Buffer> {
  const { width, height, data } = await background.run({ bytes, pixelLimit })
  const png = await sharp(data, { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 1 })
    .toBuffer()
  const profile = profileOf(bytes)
  return profile ? insertProfile(png, profile) : png
}

/** The first ICC profile of the container: a box of the type `colr` is its length, the type, `prof` and the profile. */
function profileOf(bytes: Buffer): Buffer | undefined {
  const at = bytes.indexOf('colrprof', 0, 'latin1')
  return at < 4 ? undefined : bytes.subarray(at + 8, at - 4 + bytes.readUInt32BE(at - 4))
}
