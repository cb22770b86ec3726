/** What of a pair is drawn and compared: one frame for photo, sketch and outputs, no larger than the model draws. */
import type { Drawn } from '../baselines/method.js'
import type { DatasetPair } from '../data/datasets/dataset.js'
import { picturesOf } from '../data/datasets/pictures.js'
import { defaultCrop } from '../data/face-framing.js'
import { encodePng, fromSharp, type Image, readImage, toSharp } from '../data/image.js'
import { invalidArgument, SilverpointError } from '../errors.js'
import { framePair, type Pair, type PreparedPair } from '../style/pairs.js'

export interface Frame {
  /** The face, or all of the pictures. */
  crop: 'face' | 'none'
  /** In px. Larger pictures are scaled down to it: what is compared is the drawing, not the enlargement. */
  longestSide: number
}

export const frameOf = (resolution: number, crop = defaultCrop({ resolution })): Frame => ({
  crop,
  longestSide: resolution,
})

/** @throws INVALID_ARGUMENT for a photo and a sketch of different ratios; FACE_NOT_FOUND; and what reading pictures throws. */
export async function framed(pair: DatasetPair, frame: Frame): Promise<PreparedPair> {
  return framedAlike(await picturesOf(pair), pair.stem, frame)
}

/** A picture in the frame of the pair's own sketch, of whatever size, in the frame that is compared. */
export async function toFrame(
  picture: Image,
  pair: DatasetPair,
  frame: Frame,
): Promise<Pick<Drawn, 'sketch' | 'note'>> {
  const { photo, sketch } = await picturesOf(pair)
  const { width, height } = await readImage(sketch)
  const note = `${picture.width} x ${picture.height} resized, bicubic, to the sketch's ${width} x ${height}`
  const resized = toSharp(picture).resize(width, height, { fit: 'fill', kernel: 'cubic' })
  const alike = { photo, sketch: await encodePng(await fromSharp(resized)) }
  const { sketch: placed } = await framedAlike(alike, pair.stem, frame)
  const changed = picture.width !== width || picture.height !== height
  return { sketch: placed, ...(changed && { note }) }
}

async function framedAlike(pair: Pair, stem: string, { crop, longestSide }: Frame): Promise<PreparedPair> {
  try {
    const { photo, sketch } = await framePair(pair, longestSide, { crop, align: 'never' })
    return { photo: await atMost(photo, longestSide), sketch: await atMost(sketch, longestSide) }
  } catch (error) {
    if (!(error instanceof SilverpointError) || error.code !== 'INVALID_ARGUMENT') throw error
    throw invalidArgument(
      `the pair ${stem}`,
      'a photo and a sketch of the same framing',
      'sides of different ratios',
      'Align the pair first: silverpoint align',
    )
  }
}

async function atMost(image: Image, side: number): Promise<Image> {
  if (Math.max(image.width, image.height) <= side) return image
  return fromSharp(toSharp(image).resize(side, side, { fit: 'inside', kernel: 'lanczos3' }))
}
