// Forced choice: whose manner is a sketch in? Every artist's style draws photos of all artists; each sketch stands beside the artists'
// own drawings, in an order that does not tell. By stroke statistics the nearest artist is chosen here, also of the artists' own
// drawings: what can be told at all. By eye, on the sheet: write the choices, a letter a row, into ANSWERS and run again.
//
//   node bench/embedded/choice.mjs OUT SHEET.png [ANSWERS]       OUT of one-shot.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { Sketcher } from '../../dist/batch/sketcher.js'
import { encodePng, readImage } from '../../dist/data/image.js'
import { toGrey } from '../../dist/metrics/grey.js'
import { meanStrokes, strokeDistance, strokeStatistics } from '../../dist/metrics/strokes.js'
import { generator } from '../../dist/style/random.js'
import { learnedStyles, resultsIn } from './learned-styles.mjs'
import { open, options, record } from './record.mjs'

const PHOTOS_EACH = 3
const REFERENCES = 2
const SIDE = 128
const LETTERS = 'ABCDEFGH'

const told = options()
const [out, sheet, answers] = told.positionals
const bundle = await open(told)
/** That of each artist's first pair. */
const styles = (await learnedStyles(out)).map(([name, [first]]) => [name, first])
const names = styles.map(([name]) => name)
const pictures = new Map(names.map((name) => [name, resultsIn(out, name).pictures]))

/** Seeded: the same sheet again for the answers. */
const random = generator(20261125)
function shuffled(list) {
  const rest = [...list]
  return list.map(() => rest.splice(Math.floor(random() * rest.length), 1)[0])
}

const pathOf = (name, picture) => join(out, name, picture)
/** Photos are drawn that come last; what artists drew of those before is what sketches are held against. */
const photos = names.flatMap((name) =>
  pictures
    .get(name)
    .slice(-PHOTOS_EACH)
    .map(({ photo }) => pathOf(name, photo)),
)
const drawings = (name) =>
  pictures
    .get(name)
    .slice(0, -PHOTOS_EACH)
    .map(({ sketch }) => pathOf(name, sketch))

const strokesOf = (image) => strokeStatistics([toGrey(image)])
const strokes = new Map()
for (const name of names)
  strokes.set(
    name,
    await Promise.all(drawings(name).map(async (path) => strokesOf(await square(await readImage(path))))),
  )

/** The artist whose drawings, but for one that is asked about itself, a picture's statistics are nearest to. */
function nearest(asked) {
  const apart = (name) =>
    strokeDistance(asked, meanStrokes(strokes.get(name).filter((drawing) => drawing !== asked)))
  return names.reduce((best, name) => (apart(name) < apart(best) ? name : best))
}

/** At the size that we draw: the width of a line is told by it. */
async function square(image) {
  const bytes = await sharp(await encodePng(image))
    .resize(SIDE, SIDE, { fit: 'fill' })
    .png()
    .toBuffer()
  return readImage(bytes)
}

const rows = []
for (const [name, style] of styles) {
  const sketcher = new Sketcher(bundle, { crop: 'none', style })
  for await (const { sketch, error } of sketcher.sketch(photos)) {
    if (error) throw error
    rows.push({ name, sketch })
  }
  sketcher.dispose()
}
const asked = shuffled(rows).map(({ name, sketch }) => {
  return { name, sketch, order: shuffled(names), nearest: nearest(strokesOf(sketch)) }
})

const tiles = []
for (const [y, { sketch, order }] of asked.entries()) {
  tiles.push({ input: await encodePng(sketch), left: 0, top: y * SIDE })
  for (const [x, name] of order.entries())
    for (let k = 0; k < REFERENCES; k++) {
      const paths = drawings(name)
      const input = await encodePng(await square(await readImage(paths[(y * REFERENCES + k) % paths.length])))
      tiles.push({ input, left: SIDE + 24 + x * (REFERENCES * SIDE + 16) + k * SIDE, top: y * SIDE })
    }
}
const width = SIDE + 24 + names.length * (REFERENCES * SIDE + 16)
const ground = { width, height: asked.length * SIDE, channels: 3, background: 'white' }
writeFileSync(sheet, await sharp({ create: ground }).composite(tiles).png().toBuffer())

const share = (hits) => Number((hits.filter(Boolean).length / hits.length).toFixed(3))
const right = (choices) => share(choices.map((choice, i) => choice === asked[i].name))
/** What can be told at all: the artists' own drawings, one by one. */
const own = names.flatMap((name) => strokes.get(name).map((drawing) => nearest(drawing) === name))
const eye = answers
  ? readFileSync(answers, 'utf8')
      .trim()
      .split(/\s+/)
      .map((letter, i) => asked[i].order[LETTERS.indexOf(letter)])
  : undefined
await record(told, bundle, 'choice', {
  sketches: asked.length,
  artists: names.length,
  strokes: right(asked.map(({ nearest }) => nearest)),
  drawings: { count: own.length, strokes: share(own) },
  eye: eye ? right(eye) : null,
})
bundle.dispose()
