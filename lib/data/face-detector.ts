/** Faces in pictures, photos or drawings, and where their features are. */
import { SilverpointError } from '../errors.js'
import type { Point } from './align-similarity.js'
import { Background } from './background.js'
import { type Image, toSharp } from './image.js'
import type { Box } from './page.js'

/** A face that was found. */
export interface Face {
  /** In px of the picture, with 0 at its left and upper edge. */
  box: Box
  /** How sure the detector is, 0 to 1. */
  score: number
  /** 68 points in the order of iBUG's 300-W: jaw 0-16, brows 17-26, nose 27-35, eyes 36-47, mouth 48-67. */
  landmarks: Point[]
}

/** What crosses threads. */
export type FoundFace = Face
export interface Pixels {
  width: number
  height: number
  /** RGB, a pixel after the other. */
  data: Uint8Array
}
export interface Search extends Pixels {
  /** px: the search ends with a face as wide. */
  enough: number
}

/** Longest side, px, that a picture is searched in. */
const SEARCHED = 832
/** A face as wide as this share of the picture's longer side fills it. */
const FILLING = 0.5
const background = new Background<Search, FoundFace[]>('face-worker.js')

/**
 * All faces, the surest first. `portrait`: a face that fills the picture is enough; smaller ones beside it may be missed, and
 * it takes a third of the time. Runs in a thread of its own, which loads its models (0.5 s) with the first picture.
 * @throws OPERATION_FAILED where the detector can't be loaded.
 */
export async function detectFaces(image: Image, { portrait = false } = {}): Promise<Face[]> {
  const { data, info } = await toSharp(image)
    .resize(SEARCHED, SEARCHED, { fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height } = info
  const enough = portrait ? FILLING * Math.max(width, height) : Number.POSITIVE_INFINITY
  const pixels = { width, height, data: Uint8Array.from(data), enough }
  const faces = await background.run(pixels, [pixels.data.buffer]).catch((cause: Error) => {
    throw new SilverpointError(
      'OPERATION_FAILED',
      `Expected to look for faces but ${cause.message}. Install silverpoint again, or pass --crop none.`,
      { cause },
    )
  })
  return faces.map((face) => scaled(face, image.width / width, image.height / height))
}

function scaled({ box, score, landmarks }: FoundFace, x: number, y: number): Face {
  return {
    box: { left: box.left * x, top: box.top * y, width: box.width * x, height: box.height * y },
    score,
    landmarks: landmarks.map((point) => ({ x: point.x * x, y: point.y * y })),
  }
}
