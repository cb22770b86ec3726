// One-shot learning on real drawings: learn from each of a few single pairs, draw other photos of the same artist, and compare
// with the artist's own sketches; beside it what a user could have without learning. Prints a Markdown table and JSON lines.
//
//   node bench/one-shot.mjs PAIRS --styles style1,style2 [--learn 3] [--test 8] [--bundle DIR] [--recipe JSON] [--sketch JSON]
//                           [--methods learned,texts,optional,grey,grey-fitted,grey-blurred]        after `npm run build`
//
// PAIRS/<style>/{photo,sketch}/ hold pictures of the same names. --recipe: values of the default recipe to change; --sketch:
// options of Sketcher. The learning pairs are the first, the test photos the last of each style: they never meet.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { Sketcher } from '../dist/batch/sketcher.js'
import { loadBundle } from '../dist/bundle/bundle.js'
import { readImage } from '../dist/data/image.js'
import { fit } from '../dist/data/resize.js'
import { fsim } from '../dist/metrics/fsim.js'
import { toGrey } from '../dist/metrics/grey.js'
import { scoot } from '../dist/metrics/scoot.js'
import { ssim } from '../dist/metrics/ssim.js'
import { strokeDistance, strokeStatistics } from '../dist/metrics/strokes.js'
import { learnStyle } from '../dist/style/learn.js'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    styles: { type: 'string' },
    learn: { type: 'string', default: '3' },
    test: { type: 'string', default: '8' },
    bundle: { type: 'string' },
    recipe: { type: 'string', default: '{}' },
    sketch: { type: 'string', default: '{}' },
    text: { type: 'string' },
    methods: { type: 'string', default: 'learned,texts,optional,grey,grey-fitted,grey-blurred' },
  },
})
const OPTIONAL = 'convert the image color to black and white with a white background'
const TEXTS = [
  ...[
    'a pencil sketch',
    'a soft, dark pencil drawing',
    'a fine, light pencil sketch',
    'a pencil drawing, white background',
  ],
  ...[
    'a graphite drawing',
    'a dark graphite drawing with long strokes',
    'a shaded pencil drawing on a white background',
  ],
  ...[
    'a line drawing with thin lines',
    'a simple line drawing',
    'a detailed contour drawing',
    'an ink drawing',
  ],
  ...[
    'a quick sketch',
    'a loose hand sketch with soft shading',
    'a rough drawing, no shading',
    'a careful hand sketch',
  ],
  ...[
    'a portrait sketch',
    "a pale artist's sketch with dark hair",
    'a shaded portrait sketch, white background',
  ],
  ...['a charcoal drawing', 'a smooth, light charcoal sketch', 'a grey photo', 'a hatching drawing'],
]

const bundle = await loadBundle(options.bundle, { device: 'cpu' })
const side = bundle.manifest.resolution
const methods = options.methods.split(',')
const list = (style, kind) => {
  const folder = join(positionals[0], style, kind)
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
}
/** At the bundle's resolution, the truth too: what is compared is the drawing, not the enlargement. */
const square = async (path) => (await fit(await readImage(path), side)).image

async function draw(settings, photos) {
  const sketcher = new Sketcher(bundle, { ...JSON.parse(options.sketch), ...settings })
  const drawn = []
  for await (const { sketch, error } of sketcher.sketch(photos)) {
    if (error) throw error
    drawn.push(toGrey((await fit(sketch, side)).image))
  }
  sketcher.dispose()
  return drawn
}

async function score(drawn, truths) {
  const mean = async (metric) => {
    const values = await Promise.all(drawn.map((one, i) => metric(one, truths[i])))
    return values.reduce((sum, value) => sum + value, 0) / values.length
  }
  return {
    ssim: await mean(ssim),
    scoot: await mean(scoot),
    fsim: await mean(fsim),
    strokes: strokeDistance(strokeStatistics(drawn), strokeStatistics(truths)),
  }
}

/** Contrast and brightness of grey by least squares on the pair. */
function fitted(pair) {
  const [x, y] = [pair.photo.data, pair.sketch.data]
  const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [mx, my] = [average(x), average(y)]
  let [over, under] = [0, 0]
  for (let i = 0; i < x.length; i++) {
    over += (x[i] - mx) * (y[i] - my)
    under += (x[i] - mx) ** 2
  }
  const gain = over / under
  return (grey) => ({
    ...grey,
    data: Uint8Array.from(grey.data, (v) => Math.max(0, Math.min(255, my + gain * (v - mx)))),
  })
}

async function blurred(grey) {
  const { width, height, data } = grey
  const raw = await sharp(data, { raw: { width, height, channels: 1 } })
    .blur(2)
    .toColourspace('b-w')
    .raw()
    .toBuffer()
  return { width, height, data: new Uint8Array(raw) }
}

const rows = []
function tell(style, method, scores, note = '') {
  rows.push({ style, method, ...scores, note })
  console.error(style, method, JSON.stringify(scores), note)
}

for (const style of (options.styles ?? readdirSync(positionals[0]).sort().join()).split(',')) {
  const [photos, sketches] = [list(style, 'photo'), list(style, 'sketch')]
  const tested = photos.slice(-Number(options.test))
  const truths = await Promise.all(
    sketches.slice(-Number(options.test)).map(async (path) => toGrey(await square(path))),
  )
  const greys = await Promise.all(tested.map(async (path) => toGrey(await square(path))))
  if (methods.includes('grey')) tell(style, 'grey', await score(greys, truths))
  if (methods.includes('grey-blurred'))
    tell(style, 'grey-blurred', await score(await Promise.all(greys.map(blurred)), truths))
  if (methods.includes('optional'))
    tell(style, 'optional', await score(await draw({ optional: OPTIONAL }, tested), truths))
  if (methods.includes('texts'))
    for (const text of TEXTS)
      tell(style, 'text', await score(await draw({ optional: text }, tested), truths), text)
  for (let i = 0; i < Number(options.learn); i++) {
    const pair = { photo: photos[i], sketch: sketches[i] }
    if (methods.includes('grey-fitted')) {
      const adjust = fitted({
        photo: toGrey(await square(pair.photo)),
        sketch: toGrey(await square(pair.sketch)),
      })
      tell(style, 'grey-fitted', await score(greys.map(adjust), truths), `pair ${i + 1}`)
    }
    if (methods.includes('learned')) {
      const start = performance.now()
      const learned = await learnStyle(bundle, pair, {
        text: options.text,
        changes: JSON.parse(options.recipe),
      })
      const seconds = (performance.now() - start) / 1000
      const { text, step } = learned.provenance
      const note = `pair ${i + 1}, ${seconds.toFixed(0)} s, step ${step}, "${text}"`
      tell(style, 'learned', await score(await draw({ style: learned }, tested), truths), note)
    }
  }
}

/** Mean and spread over the learning pairs; of the texts, the best for each metric. */
function summary(style, method) {
  const of = rows.filter((row) => row.style === style && row.method === method)
  return ['ssim', 'scoot', 'fsim', 'strokes'].map((metric) => {
    const values = of.map((row) => row[metric])
    if (method === 'text')
      return (metric === 'strokes' ? Math.min(...values) : Math.max(...values)).toFixed(3)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
    return `${mean.toFixed(3)}${values.length > 1 ? ` ± ${spread.toFixed(3)}` : ''}`
  })
}
console.log(
  `\n| style | method | SSIM ↑ | SCOOT ↑ | FSIM ↑ | strokes ↓ |\n| --- | --- | --- | --- | --- | --- |`,
)
for (const style of [...new Set(rows.map((row) => row.style))])
  for (const method of [...new Set(rows.filter((row) => row.style === style).map((row) => row.method))])
    console.log(
      `| ${style} | ${method === 'text' ? `best of ${TEXTS.length} texts, by each metric` : method} | ${summary(style, method).join(' | ')} |`,
    )
