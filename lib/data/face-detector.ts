/** Faces in pictures, photos or drawings, and where their features are. */
import type { Point } from './align-similarity.js'
import { findBoxes, sharedArea } from './faces/boxes.js'
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
const SEARCHED = 832
/**
 * Sides that a picture is looked at in, px, and the least score of a face there: large faces and small ones; then, where
 * there is none, those between and beyond, less surely. A face that fills the picture is found in the smallest as surely as in
 * larger ones, and as well placed, sooner (bench/faces.mjs).
 */
const PASSES = [
  { sides: [128, 224, 416], least: 0.4 },
  { sides: [160, 320, 832], least: 0.25 },
]
/** A face as wide as this share of the picture's longer side fills it. */
const FILLING = 0.5
/** Two boxes of which one lies in the other by more than this share are one face. */
const SAME = 0.5

/**
 * All faces, the surest first. `portrait`: a face that fills the picture is enough; smaller ones beside it may be missed, and
 * it takes a fifth of the time. The networks run on LibTorch's compute thread, which the first call opens.
 * @throws INVALID_ARGUMENT for an image without pixels, or with others than its size says; OPERATION_FAILED where the networks'
 * weights can't be read; what opening LibTorch throws.
 */
export async function detectFaces(image: Image, { portrait = false } = {}): Promise<Face[]> {
  const searched = await searchable(image)
  const enough = portrait ? FILLING * Math.max(searched.width, searched.height) : Number.POSITIVE_INFINITY
  const faces = await search(searched, enough)
  return faces.map((face) => scaled(face, image.width / searched.width, image.height / searched.height))
}

async function searchable(image: Image): Promise<Image> {
  requirePixels(image)
  if (Math.max(image.width, image.height) <= SEARCHED) return image
  return fromSharp(toSharp(image).resize(SEARCHED, SEARCHED, { fit: 'inside' }))
}

/** @param enough px: the search ends with a face as wide. */
async function search(image: Image, enough: number): Promise<Face[]> {
  for (const { sides, least } of PASSES) {
    const found: Face[] = []
    for (const side of sides) {
      found.push(...(await look(image, side, least)))
      if (found.some(({ box }) => box.width >= enough)) break
    }
    if (found.length > 0) return distinct(found)
  }
  return []
}

async function look(image: Image, side: number, least: number): Promise<Face[]> {
  const candidates = await findBoxes(image, side, least)
  return Promise.all(
    candidates.map(async ({ box, score }) => ({ box, score, landmarks: await findLandmarks(image, box) })),
  )
}

/** Of boxes over one another, the surest. */
function distinct(faces: Face[]): Face[] {
  const kept: Face[] = []
  for (const face of faces.sort((a, b) => b.score - a.score))
    if (kept.every((other) => sharedOfSmaller(face.box, other.box) < SAME)) kept.push(face)
  return kept
}

function sharedOfSmaller(a: Box, b: Box): number {
  return sharedArea(a, b) / Math.min(a.width * a.height, b.width * b.height)
}

function scaled({ box, score, landmarks }: Face, x: number, y: number): Face {
  return {
    box: { left: box.left * x, top: box.top * y, width: box.width * x, height: box.height * y },
    score,
    landmarks: landmarks.map((point) => ({ x: point.x * x, y: point.y * y })),
  }
}
