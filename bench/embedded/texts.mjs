// Whether plain texts work: draws held-out photos by the instructions of their families, and asks which family's renderings of the same
// photo each is nearest to, by SSIM in grey and by root mean square distance in colour. Not by CLIP, which was trained along. One more
// rendering of the same words is judged alike: what could be told apart at all.
//
//   node bench/embedded/texts.mjs HELD        of python -m models.training.held
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Sketcher } from '../../dist/batch/sketcher.js'
import { readImage } from '../../dist/data/image.js'
import { toBytes, toGrey } from '../../dist/metrics/grey.js'
import { ssim } from '../../dist/metrics/ssim.js'
import { open, options, record } from './record.mjs'

/** Families that the renderer's own drawings are told apart best in: the judgement among these says more of the texts. */
const DISTINCT = 12

const told = options()
const [held] = told.positionals
const rows = JSON.parse(readFileSync(join(held, 'instructions.json'), 'utf8'))
const families = [...new Set(rows.map(({ family }) => family))]
const bundle = await open(told)

/** Higher is nearer. */
const MEASURES = { ssim: (a, b) => ssim(a.grey, b.grey), distance: (a, b) => -distance(a.bytes, b.bytes) }

const both = (image) => ({ grey: toGrey(image), bytes: toBytes(image) })

function distance(a, b) {
  let squares = 0
  for (const [i, value] of a.entries()) squares += (value - b[i]) ** 2
  return Math.sqrt(squares / a.length) / 255
}

/** The pictures of a strip, side by side. */
async function strip(path) {
  const { width, height, data } = await readImage(path)
  return Array.from({ length: width / height }, (_, k) => {
    const rows = Array.from({ length: 3 * height }, (_, y) =>
      data.subarray(y * width + k * height, y * width + (k + 1) * height),
    )
    const square = new Float32Array(3 * height * height)
    for (const [y, row] of rows.entries()) square.set(row, y * height)
    return both({ width: height, height, data: square })
  })
}

/** { measure: { family: nearness of its nearest rendering } } of each picture. */
async function judge(photo, pictures) {
  const near = pictures.map(() => ({ ssim: {}, distance: {} }))
  for (const family of families) {
    const renderings = await strip(join(held, photo, `${family}.png`))
    for (const [i, picture] of pictures.entries())
      for (const [name, measure] of Object.entries(MEASURES))
        near[i][name][family] = Math.max(...renderings.map((rendering) => measure(picture, rendering)))
  }
  return near
}

const items = rows.map(({ photo, instruction }) => ({
  photo: join(held, photo, 'photo.png'),
  optional: instruction,
}))
const sketcher = new Sketcher(bundle, { crop: 'none' })
const found = []
for await (const { index, sketch, error } of sketcher.sketch(items)) {
  if (error) throw error
  const { photo, family } = rows[index]
  const again = await readImage(join(held, photo, 'again.png'))
  const [drawn, rendered] = await judge(photo, [both(sketch), both(again)])
  found.push({ family, drawn, rendered })
}

const taken = (near, among) => among.reduce((best, family) => (near[family] > near[best] ? family : best))
/** Share of the photos that are nearest to their own family among some. */
function right(who, name, among) {
  const asked = found.filter(({ family }) => among.includes(family))
  return asked.filter((one) => taken(one[who][name], among) === one.family).length / asked.length
}
const figures = (among) => ({
  families: among,
  faces: found.filter(({ family }) => among.includes(family)).length,
  ...Object.fromEntries(
    Object.keys(MEASURES).map((name) => [
      name,
      {
        drawn: Number(right('drawn', name, among).toFixed(3)),
        rendered: Number(right('rendered', name, among).toFixed(3)),
      },
    ]),
  ),
})
const own = (who, family) => {
  const some = found.filter((one) => one.family === family)
  const hits = (name) => some.filter((one) => taken(one[who][name], families) === family).length
  return (hits('ssim') + hits('distance')) / (2 * some.length)
}
const distinct = [...families].sort((a, b) => own('rendered', b) - own('rendered', a)).slice(0, DISTINCT)
await record(told, bundle, 'texts', {
  all: figures(families),
  distinct: figures(distinct),
  byFamily: Object.fromEntries(
    families.map((family) => [family, { drawn: own('drawn', family), rendered: own('rendered', family) }]),
  ),
})
sketcher.dispose()
bundle.dispose()
