// What a photo's guidance at drawing does to learned styles: how many faces are still told from a hundred others, and how near the
// artist's other drawings come.
//
//   node bench/embedded/guidance.mjs HELD OUT [--styles style1,style2] [--scales 1,1.25,1.6,1.6:0.5]      as identity.mjs
//
// A scale and, behind a colon, the fraction of the steps after which nothing is guided.
import { join } from 'node:path'
import { Sketcher } from '../../dist/batch/sketcher.js'
import { mean } from '../../dist/benchmark/statistics.js'
import { readImage } from '../../dist/data/image.js'
import { Scorer } from '../../dist/metrics/scorer.js'
import { OPTIONAL_TEXT } from '../../dist/style/texts.js'
import { crowdIn, rankOne } from './crowd.mjs'
import { learnedStyles, resultsIn } from './learned-styles.mjs'
import { open, options, record } from './record.mjs'

const METRICS = ['ssim', 'fsim', 'scoot', 'strokes']
const told = options({
  styles: { type: 'string', default: 'style1,style2' },
  scales: { type: 'string', default: '1,1.25,1.6,1.6:0.5' },
})
const [held, out] = told.positionals
const names = told.styles.split(',')
const bundle = await open(told)
const crowd = await crowdIn(held)

/** Of the artist's other photos, drawn, beside the artist's own drawings of them. */
async function scores(sketcher, name) {
  const { pictures } = resultsIn(out, name)
  const scorer = new Scorer(bundle)
  let row = 0
  for await (const { sketch, error } of sketcher.sketch(
    pictures.map(({ photo }) => join(out, name, photo)),
  )) {
    if (error) throw error
    await scorer.add(sketch, await readImage(join(out, name, pictures[row++].sketch)))
  }
  const set = await scorer.set()
  return Object.fromEntries(METRICS.map((metric) => [metric, set[metric].value]))
}

async function drawnBy(style, name, { image, stop }) {
  const { text } = bundle.manifest.guidance
  const sketcher = new Sketcher(bundle, {
    crop: 'none',
    style,
    optional: OPTIONAL_TEXT,
    guidance: { text, image, stop },
  })
  const found = { ...(await scores(sketcher, name)), rankOne: (await rankOne(sketcher, crowd)).rankOne }
  sketcher.dispose()
  return found
}

const figures = {}
for (const [name, styles] of (await learnedStyles(out)).filter(([name]) => names.includes(name))) {
  figures[name] = []
  for (const scale of told.scales.split(',')) {
    const [image, stop = 1] = scale.split(':').map(Number)
    const each = []
    for (const style of styles) each.push(await drawnBy(style, name, { image, stop }))
    const middle = (metric) => Number(mean(each.map((one) => one[metric])).toFixed(4))
    figures[name].push({
      ...{ image, stop },
      ...Object.fromEntries(Object.keys(each[0]).map((metric) => [metric, middle(metric)])),
    })
    console.error(name, figures[name].at(-1))
  }
}
await record(told, bundle, 'guidance', { faces: crowd.length, styles: figures })
bundle.dispose()
