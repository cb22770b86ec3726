/** A photo brought into the frame of a sketch of it. */
import { fitSimilarity, type Point, type Similarity } from './align-similarity.js'
import { warp } from './align-warp.js'
import { type FaceChoice, findFace, fivePoints } from './face-choice.js'
import type { Image } from './image.js'

/** A photo in a sketch's frame. */
export interface Alignment {
  /** The photo as the sketch frames it, of the sketch's size; where it does not reach, its edge is repeated. */
  photo: Image
  /** From places in the photo to places in the sketch, in px. */
  move: Similarity
  /** The five landmarks in each. */
  points: { photo: Point[]; sketch: Point[] }
}

/** What errors call the two. */
export interface PairNames {
  photo: string
  sketch: string
}

/** How much the sides' ratios of photo and sketch may differ, as a share, before they can't be of one framing. */
const RATIO_TOLERANCE = 0.02
const BY_HAND = "crop the photo by hand to the sketch's framing and pass --align never."

/** Whether two pictures are of different framing for certain: the ratios of their sides differ. */
export function ratiosDiffer(a: Size, b: Size): boolean {
  return Math.abs(Math.log((a.width * b.height) / (a.height * b.width))) > RATIO_TOLERANCE
}

type Size = Pick<Image, 'width' | 'height'>

/**
 * Aligns by five landmarks of each (the eyes' outer corners, the tip of the nose, the corners of the mouth): the turn, scale
 * and shift that bring them together best.
 * `face`: which of the photo's.
 * @throws FACE_NOT_FOUND where either shows no face that is recognised.
 */
export async function alignPair(
  photo: Image,
  sketch: Image,
  names: PairNames,
  face?: FaceChoice,
): Promise<Alignment> {
  const ofPhoto = await findFace(photo, names.photo, `Choose another photo, or ${BY_HAND}`, face)
  const ofSketch = await findFace(
    sketch,
    names.sketch,
    `The detector knows no face in this drawing: ${BY_HAND}`,
  )
  const points = { photo: fivePoints(ofPhoto), sketch: fivePoints(ofSketch) }
  const move = fitSimilarity(points.photo, points.sketch)
  return { photo: await warp(photo, move, sketch.width, sketch.height), move, points }
}
