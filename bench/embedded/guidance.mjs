// What a photo's guidance at drawing does to learned styles: how many faces are still told from a hundred others, and how near the
// artist's other drawings come.
//
//   node bench/embedded/guidance.mjs HELD OUT [--styles style1,style2] [--scales 1,1.25,1.6,1.6:0.5]      as identity.mjs
//
// A scale and, behind a colon, the fraction of the steps after which nothing is guided.
import { crowdIn } from './crowd.mjs'
import { learnedStyles } from './learned-styles.mjs'
import { open, options, record } from './record.mjs'
import { redrawn } from './redraw.mjs'

const told = options({
  styles: { type: 'string', default: 'style1,style2' },
  scales: { type: 'string', default: '1,1.25,1.6,1.6:0.5' },
})
const [held, out] = told.positionals
const names = told.styles.split(',')
const bundle = await open(told)
const crowd = await crowdIn(held)
const { text } = bundle.manifest.guidance

const figures = {}
for (const [name, styles] of (await learnedStyles(out)).filter(([name]) => names.includes(name))) {
  figures[name] = []
  for (const scale of told.scales.split(',')) {
    const [image, stop = 1] = scale.split(':').map(Number)
    const settings = { guidance: { text, image, stop } }
    figures[name].push({ image, stop, ...(await redrawn(bundle, out, name, styles, settings, crowd)) })
    console.error(name, figures[name].at(-1))
  }
}
await record(told, bundle, 'guidance', { faces: crowd.length, styles: figures })
bundle.dispose()
