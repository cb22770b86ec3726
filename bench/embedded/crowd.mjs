// A hundred held-out faces, and whether a drawing of one is told from the others by its face descriptor.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { detectFaces } from '../../dist/data/face-detector.js'
import { readImage } from '../../dist/data/image.js'
import { faceFeatures } from '../../dist/metrics/face-features.js'
import { cosine } from '../../dist/metrics/features.js'
import { toGrey } from '../../dist/metrics/grey.js'
import { ssim } from '../../dist/metrics/ssim.js'

const FACES = 100
/** SSIM to the grey photo from which a sketch is a copy, which does not count. */
const COPY = 0.9

/** Where the photo shows a face, and its descriptor. */
export async function known(path) {
  const photo = await readImage(path)
  const [face] = await detectFaces(photo)
  return face && { path, photo, box: face.box, descriptor: await faceFeatures(photo, face.box) }
}

/** The first of the photos in HELD (of python -m models.training.held) that show a face. */
export async function crowdIn(held) {
  const crowd = []
  for (const { photo } of JSON.parse(readFileSync(join(held, 'instructions.json'), 'utf8'))) {
    const face = await known(join(held, photo, 'photo.png'))
    if (face) crowd.push(face)
    if (crowd.length === FACES) break
  }
  return crowd
}

/** Whether a drawing of one is nearer to the photo of that one than to all others'. */
export async function isTold(drawing, one, crowd) {
  const drawn = await faceFeatures(drawing, one.box)
  const likeness = cosine(drawn, 0, one.descriptor, 0)
  return crowd.every((other) => other.path === one.path || cosine(drawn, 0, other.descriptor, 0) < likeness)
}

export const share = (told) => Number((told.filter(Boolean).length / told.length).toFixed(3))

/** Of all of the crowd, drawn: the share of those told, copies left out. */
export async function rankOne(sketcher, crowd) {
  const told = []
  let row = 0
  for await (const { sketch, error } of sketcher.sketch(crowd.map(({ path }) => path))) {
    if (error) throw error
    const one = crowd[row++]
    if (ssim(toGrey(sketch), toGrey(one.photo)) < COPY) told.push(await isTold(sketch, one, crowd))
  }
  return { counted: told.length, rankOne: share(told) }
}
