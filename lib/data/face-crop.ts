/** Square crops of faces, framed and turned as those of the photos that the embedded bundle was trained on. */
import {
  fitSimilarity,
  inverse,
  type Point,
  type Similarity,
  scaledBy,
  scaleOf,
  transform,
} from './align-similarity.js'
import { warp } from './align-warp.js'
import { fivePoints } from './face-choice.js'
import type { Face } from './face-detector.js'
import type { Image } from './image.js'

/**
 * Where the five landmarks lie in a crop of side 1: medians over 101 of the training photos, whose detector's box was
 * made 1.6 times as wide.
 */
const MEAN_FACE: Point[] = [
  { x: 0.337, y: 0.448 },
  { x: 0.654, y: 0.449 },
  { x: 0.501, y: 0.596 },
  { x: 0.396, y: 0.697 },
  { x: 0.608, y: 0.695 },
]
/** How far, in sides, a corner of the crop may be from the photo's for it to be such a crop already: 19 of 20 training photos are. */
const CROPPED_ALREADY = 0.12

export interface FaceCrop {
  /** The square crop; its edges are repeated where it leaves the photo. */
  image: Image
  /** Takes a picture of the crop's size to its place in the photo, with white paper around it. */
  putBack(picture: Image): Promise<Image>
}

/** In px. The crop has the photo's own scale within these. */
export interface SideLimits {
  least: number
  most: number
}

/** How much larger than what the model draws a crop may be: what is beyond adds nothing but size. */
export const sidesFor = (resolution: number): SideLimits => ({ least: resolution, most: 4 * resolution })

/** In px of the photo, how wide a crop of the face is at the photo's own scale. */
export const cropSide = (face: Face): number => 1 / scaleOf(toUnitOf(face))

/** A photo that is such a crop already passes as it is. */
export async function cropFace(photo: Image, face: Face, limits: SideLimits): Promise<FaceCrop> {
  const found = placeCrop(photo, face, limits)
  if (!found) return { image: photo, putBack: async (picture) => picture }
  const { side, toCrop } = found
  const { width, height } = photo
  return {
    image: await warp(photo, toCrop, side, side),
    putBack: (picture) => warp(picture, inverse(toCrop), width, height, 'white'),
  }
}

/** A photo and its sketch in the same frame, of whatever sizes, cropped alike to the face of the photo. */
export async function cropPair(
  photo: Image,
  sketch: Image,
  face: Face,
  resolution: number,
): Promise<{ photo: Image; sketch: Image }> {
  const found = placeCrop(photo, face, sidesFor(resolution))
  if (!found) return { photo, sketch }
  const { side, toCrop } = found
  const larger = photo.width / sketch.width
  const sketchToCrop = { ...toCrop, a: toCrop.a * larger, b: toCrop.b * larger }
  return {
    photo: await warp(photo, toCrop, side, side),
    sketch: await warp(sketch, sketchToCrop, side, side),
  }
}

/** The crop's side and the way into it; undefined where the photo is one already. */
function placeCrop(
  photo: Image,
  face: Face,
  { least, most }: SideLimits,
): { side: number; toCrop: Similarity } | undefined {
  const toUnit = toUnitOf(face)
  if (isCrop(photo, toUnit)) return undefined
  const side = Math.round(Math.min(most, Math.max(least, cropSide(face))))
  return { side, toCrop: scaledBy(toUnit, side) }
}

/** From the photo into a crop of side 1. */
const toUnitOf = (face: Face): Similarity => fitSimilarity(fivePoints(face), MEAN_FACE)

function isCrop({ width, height }: Image, toUnit: Similarity): boolean {
  const corners: Point[] = [
    { x: 0, y: 0 },
    { x: width, y: 0 },
    { x: 0, y: height },
    { x: width, y: height },
  ]
  return corners.every((corner) => {
    const { x, y } = transform(toUnit, corner)
    return Math.max(Math.abs(x - corner.x / width), Math.abs(y - corner.y / height)) <= CROPPED_ALREADY
  })
}
