/** Faces in pictures, photos or drawings, and where their features are. */
import type { Point } from './align-similarity.js'
import { type Candidate, findBoxes, sharedArea, surest } from './faces/boxes.js'
import { findLandmarks } from './faces/landmarks.js'
import { fromSharp, type Image, requirePixels, toSharp } from './image.js'
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

/** Longest side, px, that a picture is searched in. */
export const SEARCHED = 832
/**
 * Sides that a picture is looked at in, px, and the least score of a face there: large faces and small ones; then, where
 * there is none, those between and beyond, less surely.
 */
const PASSES = [
  { sides: [128, 224, 416], least: 0.4 },
  { sides: [160, 320, 832], least: 0.25 },
]
/** A face that is so wide at the side it is looked at in, px, is placed as well there as in larger ones (bench/faces.mjs). */
const LARGE = 64
/** Two boxes of which one lies in the other by more than this share are one face. */
const SAME = 0.5

/**
 * All faces, the surest first. `portrait`: a large face is enough; smaller ones beside it may be missed, and it takes a fifth of the
 * time. The networks run on LibTorch's compute thread, which the first call opens.
 * @throws INVALID_ARGUMENT for an image without pixels, or with others than its size says; OPERATION_FAILED where the networks'
 * weights can't be read; what opening LibTorch throws.
 */
export async function detectFaces(image: Image, { portrait = false } = {}): Promise<Face[]> {
  const searched = await searchable(image)
  const boxes = await search(searched, portrait)
  const faces = await Promise.all(
    boxes.map(async (found) => ({ ...found, landmarks: await findLandmarks(searched, found.box) })),
  )
  return faces.map((face) => scaledFace(face, image.width / searched.width, image.height / searched.height))
}

/** The same face in the picture scaled by x and y. */
export function scaledFace({ box, score, landmarks }: Face, x: number, y: number): Face {
  return {
    box: { left: box.left * x, top: box.top * y, width: box.width * x, height: box.height * y },
    score,
    landmarks: landmarks.map((point) => ({ x: point.x * x, y: point.y * y })),
  }
}

async function searchable(image: Image): Promise<Image> {
  requirePixels(image)
  if (Math.max(image.width, image.height) <= SEARCHED) return image
  return fromSharp(toSharp(image).resize(SEARCHED, SEARCHED, { fit: 'inside' }))
}

async function search(image: Image, portrait: boolean): Promise<Candidate[]> {
  const longer = Math.max(image.width, image.height)
  for (const { sides, least } of PASSES) {
    const found: Candidate[] = []
    for (const side of sides) {
      found.push(...(await findBoxes(image, side, least)))
      if (portrait && found.some(({ box }) => box.width * side >= LARGE * longer)) break
    }
    if (found.length > 0) return surest(found, (a, b) => sharedOfSmaller(a, b) >= SAME)
  }
  return []
}

function sharedOfSmaller(a: Box, b: Box): number {
  return sharedArea(a, b) / Math.min(a.width * a.height, b.width * b.height)
}
