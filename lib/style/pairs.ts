/** Pairs from a user's pictures to what the objective works on. */
import { createHash } from 'node:crypto'
import type { Bundle } from '../bundle/bundle.js'
import { alignPair, type PairNames, ratiosDiffer } from '../data/align.js'
import { type FaceChoice, findFace } from '../data/face-choice.js'
import { cropPair } from '../data/face-crop.js'
import { defaultCrop } from '../data/face-framing.js'
import { type Image, readImage } from '../data/image.js'
import { fit } from '../data/resize.js'
import { invalidArgument } from '../errors.js'
import { cat, scope, type Tensor, tensor } from '../torch/index.js'
import type { EncodedPairs } from './objective.js'

/** A photo and the artist's sketch of it, aligned: paths or the files' bytes. */
export interface Pair {
  /** A path, or the bytes of a picture's file. */
  photo: string | Buffer
  /** A path, or the bytes of a picture's file. */
  sketch: string | Buffer
}

/** A photo and its sketch in one frame, and in memory. */
export interface PreparedPair {
  photo: Image
  sketch: Image
}

/** How a pair is brought to one frame, and what of it is learned from. */
export interface PairOptions {
  /** What is learned from: the face, or all of the pictures. See defaultCrop. */
  crop?: 'face' | 'none'
  /** Which face of the photo, where there are several. */
  face?: FaceChoice
  /** Whether the photo is warped into the sketch's frame: `auto`, where the ratios of their sides differ. */
  align?: 'auto' | 'never' | 'always'
}

/** A pair at the bundle's resolution, framed first where it is of files. */
export async function preparePair(
  pair: Pair | PreparedPair,
  resolution: number,
  options: PairOptions = {},
): Promise<PreparedPair> {
  const { photo, sketch } = isFramed(pair) ? pair : await framePair(pair, resolution, options)
  return { photo: (await fit(photo, resolution)).image, sketch: (await fit(sketch, resolution)).image }
}

/**
 * Photo and sketch of one framing: aligned where needed, then cropped alike.
 * @throws FACE_NOT_FOUND where a face is needed and none is found; INVALID_ARGUMENT for pictures of different ratios that
 * must not be aligned.
 */
export async function framePair(
  pair: Pair,
  resolution: number,
  { crop = defaultCrop({ resolution }), face, align = 'auto' }: PairOptions = {},
): Promise<PreparedPair> {
  const names = { photo: nameOf(pair.photo, 'the photo'), sketch: nameOf(pair.sketch, 'the sketch') }
  const [whole, sketch] = await Promise.all([
    readImage(pair.photo, { name: names.photo }),
    readImage(pair.sketch, { name: names.sketch }),
  ])
  const photo = await inFrame(whole, sketch, names, align, face)
  if (crop === 'none') return { photo, sketch }
  const remedy = 'Choose another pair, or learn from all of it with --crop none.'
  // In the sketch's frame, the face it shows is the largest.
  const chosen = photo === whole ? face : 'largest'
  return cropPair(photo, sketch, await findFace(photo, names.photo, remedy, chosen), resolution)
}

async function inFrame(
  photo: Image,
  sketch: Image,
  names: PairNames,
  align: NonNullable<PairOptions['align']>,
  face?: FaceChoice,
): Promise<Image> {
  const differ = ratiosDiffer(photo, sketch)
  if (align === 'always' || (align === 'auto' && differ))
    return (await alignPair(photo, sketch, names, face)).photo
  if (!differ) return photo
  throw invalidArgument(
    'pair',
    'a photo and a sketch of the same framing',
    `${photo.width}x${photo.height} and ${sketch.width}x${sketch.height}`,
    'Crop one to the other, or let them be aligned (--align auto).',
  )
}

export const mirrorPair = ({ photo, sketch }: PreparedPair): PreparedPair => ({
  photo: mirror(photo),
  sketch: mirror(sketch),
})

/** Left to right. */
function mirror({ width, height, data }: Image): Image {
  const mirrored = new Float32Array(data.length)
  for (let row = 0; row < data.length; row += width) mirrored.set(data.slice(row, row + width).reverse(), row)
  return { width, height, data: mirrored }
}

const isFramed = (pair: Pair | PreparedPair): pair is PreparedPair =>
  typeof pair.photo === 'object' && !Buffer.isBuffer(pair.photo)

const nameOf = (source: string | Buffer, other: string): string =>
  typeof source === 'string' ? source : other

/** SHA-256 of the prepared pixels, for the provenance. */
export function hashPair(pair: PreparedPair): { photo: string; sketch: string } {
  const hash = ({ data }: Image) =>
    createHash('sha256')
      .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      .digest('hex')
  return { photo: hash(pair.photo), sketch: hash(pair.sketch) }
}

/** [B, 3, side, side] in [-1, 1] */
export function imagesTensor(images: readonly Image[], bundle: Bundle): Tensor {
  const { device } = bundle
  return cat(
    images.map(({ data, width, height }) =>
      tensor(data, [1, 3, height, width], { dtype: 'float32', device }),
    ),
  )
}

/** The pictures of [B, 3, side, side] in [-1, 1]: imagesTensor backwards. */
export async function imagesOf(images: Tensor, side: number): Promise<Image[]> {
  const pixels = (await images.toArray()) as Float32Array
  const length = 3 * side * side
  return Array.from({ length: pixels.length / length }, (_, row) => ({
    width: side,
    height: side,
    data: pixels.subarray(row * length, (row + 1) * length),
  }))
}

export function encodePairs(bundle: Bundle, pairs: readonly PreparedPair[]): EncodedPairs {
  const encoded = scope(() => {
    const photos = imagesTensor(
      pairs.map(({ photo }) => photo),
      bundle,
    )
    const sketches = imagesTensor(
      pairs.map(({ sketch }) => sketch),
      bundle,
    )
    // First, so that what they take meanwhile is free when the image tower is read.
    const [sketchLatents, photoLatents] = [bundle.vae.encode(sketches), bundle.vae.mode(photos)]
    const photoFeatures = bundle.images.encode(photos)
    return {
      ...{ photos, sketches, sketchLatents, photoLatents, photoFeatures },
      // Eq. 4
      editDirection: bundle.images.encode(sketches).sub(photoFeatures).mean([0], true),
      manner: bundle.manner?.of(photos, sketches),
    }
  })
  return { count: pairs.length, ...encoded }
}

/** The first `count` of the pairs. */
export const firstPairs = (pairs: EncodedPairs, count: number): EncodedPairs =>
  withRows(pairs, count, (rows) => rows.narrow(0, 0, count))

/** All rows, then all again, `times` over. */
export const repeatRows = (rows: Tensor, times: number): Tensor =>
  times === 1 ? rows : cat(Array<Tensor>(times).fill(rows))

/** All pairs, then all again, `times` over: what a batch of draws sees. */
export const repeatPairs = (pairs: EncodedPairs, times: number): EncodedPairs =>
  withRows(pairs, times * pairs.count, (rows) => repeatRows(rows, times))

/** Other rows of what has one a pair; what is of all pairs together stays. */
function withRows(pairs: EncodedPairs, count: number, chosen: (rows: Tensor) => Tensor): EncodedPairs {
  const { photos, sketches, sketchLatents, photoLatents, photoFeatures } = pairs
  return {
    ...pairs,
    count,
    photos: chosen(photos),
    sketches: chosen(sketches),
    sketchLatents: chosen(sketchLatents),
    photoLatents: chosen(photoLatents),
    photoFeatures: chosen(photoFeatures),
  }
}
