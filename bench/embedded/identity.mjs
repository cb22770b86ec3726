// Whether a drawn face is still told from a hundred others: held-out photos drawn in each learned style, each sketch's face descriptor
// against those of all photos. Sketches that hardly differ from the grey photo (SSIM from 0.9) do not count.
//
//   node bench/embedded/identity.mjs HELD OUT      HELD of python -m models.training.held, OUT of one-shot.mjs
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Sketcher } from '../../dist/batch/sketcher.js'
import { detectFaces } from '../../dist/data/face-detector.js'
import { faceFeatures } from '../../dist/metrics/face-features.js'
import { cosine } from '../../dist/metrics/features.js'
import { toGrey } from '../../dist/metrics/grey.js'
import { ssim } from '../../dist/metrics/ssim.js'
import { OPTIONAL_TEXT } from '../../dist/style/texts.js'
import { firstStyles } from './first-styles.mjs'
import { open, options, record } from './record.mjs'

const FACES = 100
const COPY = 0.9

const told = options()
const [held, out] = told.positionals
const photos = JSON.parse(readFileSync(join(held, 'instructions.json'), 'utf8')).map(({ photo }) =>
  join(held, photo, 'photo.png'),
)
const bundle = await open(told)

/** Descriptors of the sketch and of what it was drawn from, where the photo shows a face. */
async function describe({ sketch, original }) {
  const [face] = await detectFaces(original)
  if (!face) return []
  const [own, photo] = [await faceFeatures(sketch, face.box), await faceFeatures(original, face.box)]
  return [{ own, photo, copied: ssim(toGrey(sketch), toGrey(original)) >= COPY }]
}

async function rankOne(settings) {
  const sketcher = new Sketcher(bundle, { crop: 'none', ...settings })
  const faces = []
  for await (const drawn of sketcher.sketch(photos)) {
    if (drawn.error) throw drawn.error
    faces.push(...(await describe(drawn)))
    if (faces.length === FACES) break
  }
  sketcher.dispose()
  const counted = faces.filter(({ copied }) => !copied)
  const isFirst = ({ own, photo }) => {
    const likeness = cosine(own, 0, photo, 0)
    return faces.every((other) => other.photo === photo || cosine(own, 0, other.photo, 0) < likeness)
  }
  return {
    faces: faces.length,
    counted: counted.length,
    rankOne: Number((counted.filter(isFirst).length / counted.length).toFixed(3)),
  }
}

const figures = {}
for (const [name, style] of await firstStyles(out))
  figures[name] = await rankOne({ style, optional: OPTIONAL_TEXT })
await record(told, bundle, 'identity', { styles: figures })
bundle.dispose()
