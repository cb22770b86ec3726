// Whether a drawn face is still told from a hundred others: held-out photos drawn in the style of each pair, each sketch's face
// descriptor against those of all photos. Sketches that hardly differ from the grey photo (SSIM from 0.9) do not count. Beside it, the
// same of the artists' own drawings, each against its photo among the hundred: how far a manner keeps a face at all.
//
//   node bench/embedded/identity.mjs HELD OUT      HELD of python -m models.training.held, OUT of one-shot.mjs
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Sketcher } from '../../dist/batch/sketcher.js'
import { mean } from '../../dist/benchmark/statistics.js'
import { detectFaces } from '../../dist/data/face-detector.js'
import { readImage } from '../../dist/data/image.js'
import { faceFeatures } from '../../dist/metrics/face-features.js'
import { cosine } from '../../dist/metrics/features.js'
import { toGrey } from '../../dist/metrics/grey.js'
import { ssim } from '../../dist/metrics/ssim.js'
import { OPTIONAL_TEXT } from '../../dist/style/texts.js'
import { learnedStyles, resultsIn } from './learned-styles.mjs'
import { open, options, record } from './record.mjs'

const FACES = 100
const COPY = 0.9

const told = options()
const [held, out] = told.positionals
const photos = JSON.parse(readFileSync(join(held, 'instructions.json'), 'utf8')).map(({ photo }) =>
  join(held, photo, 'photo.png'),
)
const bundle = await open(told)

/** Where the photo shows a face, and its descriptor. */
async function known(path) {
  const photo = await readImage(path)
  const [face] = await detectFaces(photo)
  return face && { path, photo, box: face.box, descriptor: await faceFeatures(photo, face.box) }
}

/** The first of the photos that show a face. */
const crowd = []
for (const path of photos) {
  const face = await known(path)
  if (face) crowd.push(face)
  if (crowd.length === FACES) break
}

/** Whether a drawing of one is nearer to the photo of that one than to all others'. */
async function isTold(drawing, one) {
  const drawn = await faceFeatures(drawing, one.box)
  const likeness = cosine(drawn, 0, one.descriptor, 0)
  return crowd.every((other) => other.path === one.path || cosine(drawn, 0, other.descriptor, 0) < likeness)
}

const share = (told) => Number((told.filter(Boolean).length / told.length).toFixed(3))

async function rankOne(style) {
  const sketcher = new Sketcher(bundle, { crop: 'none', style, optional: OPTIONAL_TEXT })
  const told = []
  let row = 0
  for await (const { sketch, error } of sketcher.sketch(crowd.map(({ path }) => path))) {
    if (error) throw error
    const one = crowd[row++]
    if (ssim(toGrey(sketch), toGrey(one.photo)) < COPY) told.push(await isTold(sketch, one))
  }
  sketcher.dispose()
  return { counted: told.length, rankOne: share(told) }
}

async function ofArtist(name) {
  const told = []
  for (const { photo, sketch } of resultsIn(out, name).pictures) {
    const one = await known(join(out, name, photo))
    if (one) told.push(await isTold(await readImage(join(out, name, sketch)), one))
  }
  return { drawings: told.length, rankOne: share(told) }
}

const figures = {}
for (const [name, styles] of await learnedStyles(out)) {
  const pairs = []
  for (const style of styles) pairs.push(await rankOne(style))
  const each = pairs.map(({ rankOne }) => rankOne)
  figures[name] = { artist: await ofArtist(name), pairs, rankOne: Number(mean(each).toFixed(3)) }
}
await record(told, bundle, 'identity', { faces: crowd.length, styles: figures })
bundle.dispose()
