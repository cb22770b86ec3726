import type { Point } from '../align-similarity.js'
import { chooseFace, fivePoints } from '../face-choice.js'
import { detectFaces } from '../face-detector.js'
import type { Image } from '../image.js'

/**
 * How far the five landmarks of a photo's face lie from those of its sketch, each picture scaled to one width: the mean, in
 * parts of the distance between the outer corners of the photo's eyes. Undefined where a picture shows no face that is known.
 */
export async function landmarkDistance(photo: Image, sketch: Image): Promise<number | undefined> {
  const ofPhoto = await pointsIn(photo)
  const ofSketch = ofPhoto && (await pointsIn(sketch))
  if (!ofPhoto || !ofSketch) return undefined
  const distances = ofPhoto.map((point, i) => distance(point, ofSketch[i] as Point))
  const eyes = distance(ofPhoto[0] as Point, ofPhoto[1] as Point)
  return distances.reduce((sum, one) => sum + one) / distances.length / eyes
}

/** In parts of the picture's width. */
async function pointsIn(image: Image): Promise<Point[] | undefined> {
  const faces = await detectFaces(image)
  if (faces.length === 0) return undefined
  const points = fivePoints(chooseFace(faces, image, 'largest'))
  return points.map(({ x, y }) => ({ x: x / image.width, y: y / image.width }))
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y)
