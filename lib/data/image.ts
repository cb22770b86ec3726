/** Pictures of the host: files in, files out. */
import sharp, { type Sharp } from 'sharp'
import { invalidArgument, SilverpointError } from '../errors.js'
import { heicToPng, isHeic } from './heic.js'
import { isObject } from './json.js'
import { findText, insertText } from './png-text.js'
import { readFile } from './read-file.js'

// No picture is read twice: what libvips would keep of the last hundred operations only takes memory, up to 50 MB.
sharp.cache(false)

/** A picture in memory. */
export interface Image {
  /** In px. */
  width: number
  /** In px. */
  height: number
  /** Planar RGB, [3, height, width], in [-1, 1]. */
  data: Float32Array
}

/** How a picture is read. */
export interface ReadOptions {
  /** Most pixels a picture may have: 100 million. */
  pixelLimit?: number
  /** What errors call a picture given as bytes. */
  name?: string
}

/** A picture's file whose head is read. */
export interface OpenedImage {
  /** In px, as a viewer shows it. */
  width: number
  /** In px. */
  height: number
  /**
   * The picture; one of more than `most` pixels is scaled down to these while it is read: the sooner, the fewer of a JPEG are wanted.
   * @throws IMAGE_INVALID where it is cut off.
   */
  read(most?: number): Promise<Image>
}

/** As sharp calls them; heif is AVIF. */
const FORMATS: readonly string[] = ['jpeg', 'png', 'webp', 'tiff', 'gif', 'heif']
const PIXEL_LIMIT = 100_000_000
/** zlib's: sharp's own 6 takes a quarter longer for 1 % fewer bytes of a sketch. */
const COMPRESSION = 4
/** Keyword of our text in a PNG. */
const KEYWORD = 'silverpoint'

/**
 * A JPEG, PNG, WebP, AVIF, HEIC, TIFF or GIF file, by path or as bytes, the way a viewer shows it: turned as EXIF says, in
 * sRGB whatever its profile, grey as RGB, what is transparent on white; of several pages or frames the first.
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE; IMAGE_INVALID where it is no such picture, is cut off or has too many pixels.
 */
export async function readImage(source: string | Buffer, options?: ReadOptions): Promise<Image> {
  return (await openImage(source, options)).read()
}

/** As readImage, but for reading it later, or at several sizes. @throws as readImage. */
export async function openImage(source: string | Buffer, options: ReadOptions = {}): Promise<OpenedImage> {
  const { pixelLimit = PIXEL_LIMIT, name = typeof source === 'string' ? source : 'the given bytes' } = options
  const bytes = typeof source === 'string' ? await readFile(source) : source
  const wholePicture = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (cause) {
      const [reason] = (cause as Error).message.split('\n')
      throw new SilverpointError(
        'IMAGE_INVALID',
        `Expected a whole JPEG, PNG, WebP, AVIF, HEIC, TIFF or GIF picture of at most ${pixelLimit} pixels in ${name} but ${reason}. Fetch it again, convert it or scale it down.`,
        { cause },
      )
    }
  }
  return wholePicture(async () => {
    const known = isHeic(bytes) ? await heicToPng(bytes, pixelLimit) : bytes
    const { format, width, height, autoOrient } = await decoderOf(known).metadata()
    if (!FORMATS.includes(format)) throw new Error(`it is of the format ${format}`)
    if (width * height > pixelLimit) throw new Error(`it has ${width} x ${height}`)
    const read = (most?: number) => wholePicture(() => fromSharp(shrink(decoderOf(known), autoOrient, most)))
    return { width: autoOrient.width, height: autoOrient.height, read }
  })
}

/** Warnings pass: phones write JPEGs that decode whole and well, but with one. */
const decoderOf = (bytes: Buffer): Sharp =>
  sharp(bytes, { failOn: 'error', limitInputPixels: false, autoOrient: true })

function shrink(decoder: Sharp, { width, height }: { width: number; height: number }, most?: number): Sharp {
  if (most === undefined || width * height <= most) return decoder
  const scale = Math.sqrt(most / (width * height))
  return decoder.resize(Math.round(width * scale), Math.round(height * scale), { fit: 'fill' })
}

/** A picture as an 8-bit PNG. `metadata` is put into it as JSON, where {@link readPngMetadata} finds it. */
export async function encodePng(image: Image, metadata?: object): Promise<Buffer> {
  const png = await toSharp(image).png({ compressionLevel: COMPRESSION }).toBuffer()
  return metadata ? withMetadata(png, metadata) : png
}

/** A PNG with `metadata` put into it as JSON, where readPngMetadata finds it. */
export function withMetadata(png: Buffer, metadata: object): Buffer {
  return insertText(png, KEYWORD, JSON.stringify(metadata))
}

/**
 * What encodePng put into a PNG file; undefined where there is nothing.
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE; IMAGE_INVALID where it is no whole PNG or the text no JSON object.
 */
export async function readPngMetadata(path: string): Promise<Record<string, unknown> | undefined> {
  const bytes = await readFile(path)
  try {
    const text = findText(bytes, KEYWORD)
    if (text === undefined) return undefined
    const metadata: unknown = JSON.parse(text)
    if (!isObject(metadata)) throw new Error('its metadata is no object')
    return metadata
  } catch (cause) {
    throw new SilverpointError(
      'IMAGE_INVALID',
      `Expected a whole PNG in ${path} but ${(cause as Error).message}. Fetch or make it again.`,
      { cause },
    )
  }
}

/** @throws INVALID_ARGUMENT where it has no pixels, or others than its size says. */
export function requirePixels({ width, height, data }: Image): void {
  if (width * height === 0) throw invalidArgument('image', 'at least one pixel', `${width} x ${height}`)
  const size = 3 * width * height
  if (data.length !== size)
    throw invalidArgument('image data', `${size} values (3 x ${height} x ${width})`, data.length)
}

/** Rounded to 8 bits and clamped. @throws as requirePixels. */
export function toSharp(image: Image): Sharp {
  requirePixels(image)
  const { width, height, data } = image
  const plane = width * height
  const pixels = new Uint8ClampedArray(3 * plane)
  for (let i = 0, to = 0; i < plane; i++) {
    pixels[to++] = ((data[i] as number) + 1) * 127.5
    pixels[to++] = ((data[i + plane] as number) + 1) * 127.5
    pixels[to++] = ((data[i + 2 * plane] as number) + 1) * 127.5
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
}

/** Whatever the pipeline makes, as sRGB on white. */
export async function fromSharp(picture: Sharp): Promise<Image> {
  const { data: pixels, info } = await picture
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const { width, height } = info
  const plane = width * height
  const data = new Float32Array(3 * plane)
  for (let i = 0, from = 0; i < plane; i++) {
    data[i] = (pixels[from++] as number) / 127.5 - 1
    data[i + plane] = (pixels[from++] as number) / 127.5 - 1
    data[i + 2 * plane] = (pixels[from++] as number) / 127.5 - 1
  }
  return { width, height, data }
}
