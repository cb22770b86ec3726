/** Which of a picture's faces is meant. */
import { invalidArgument, SilverpointError } from '../errors.js'
import type { Point } from './align-similarity.js'
import { detectFaces, type Face } from './face-detector.js'
import type { Image } from './image.js'

/** The largest face, the one nearest to the middle, or the n-th from left to right, from 1. */
export type FaceChoice = 'largest' | 'central' | number

/** Faces of at least this share of the largest one's area are as large: the most central of them is taken. */
const AS_LARGE = 0.8
/** Of the 68 landmarks: the eyes' outer corners, the tip of the nose, the corners of the mouth. */
const FIVE = [36, 45, 30, 48, 54]

/** @throws FACE_NOT_FOUND, naming the picture and the remedy; INVALID_ARGUMENT for a number beyond the faces. */
export async function findFace(
  image: Image,
  name: string,
  remedy: string,
  choice: FaceChoice = 'largest',
): Promise<Face> {
  const faces = await detectFaces(image, { portrait: choice === 'largest' })
  if (faces.length > 0) return chooseFace(faces, image, choice)
  throw new SilverpointError('FACE_NOT_FOUND', `Expected a face in ${name} but none was found. ${remedy}`)
}

/** One of at least one face. */
export function chooseFace(
  faces: readonly Face[],
  picture: { width: number; height: number },
  choice: FaceChoice,
): Face {
  const middle = { x: picture.width / 2, y: picture.height / 2 }
  const central = (some: readonly Face[]) => least(some, (face) => distance(middleOf(face), middle))
  if (choice === 'central') return central(faces)
  if (choice === 'largest') {
    const largest = Math.max(...faces.map(areaOf))
    return central(faces.filter((face) => areaOf(face) >= AS_LARGE * largest))
  }
  const face = faces.toSorted((a, b) => middleOf(a).x - middleOf(b).x)[choice - 1]
  if (face) return face
  throw invalidArgument('face', `largest, central or a number from 1 to ${faces.length}`, choice)
}

/** The five landmarks that pictures of faces are aligned by. */
export const fivePoints = ({ landmarks }: Face): Point[] => FIVE.map((index) => landmarks[index] as Point)

const areaOf = ({ box }: Face): number => box.width * box.height

const middleOf = ({ box }: Face): Point => ({ x: box.left + box.width / 2, y: box.top + box.height / 2 })

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y)

const least = <T>(some: readonly T[], by: (one: T) => number): T =>
  some.reduce((best, one) => (by(one) < by(best) ? one : best))
