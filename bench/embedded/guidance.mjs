// What a photo's guidance at drawing does to learned styles: how many faces are still told from a hundred others, and how near the
// artist's other drawings come.
//
//   node bench/embedded/guidance.mjs HELD OUT [--styles style1,style2] [--scales 1,1.25,1.6,1.6:0.5]      as identity.mjs
//
// A scale and, behind a colon, the fraction of the steps after which nothing is guided.
import { crowdIn } from './crowd.mjs'
import { open, options, record } from './record.mjs'
import { redrawn } from './redraw.mjs'

const told = options({
  styles: { type: 'string', default: 'style1,style2' },
  scales: { type: 'string', default: '1,1.25,1.6,1.6:0.5' },
})
const [held, out] = told.positionals
const bundle = await open(told)
const crowd = await crowdIn(held)
const { text } = bundle.manifest.guidance

const ways = told.scales.split(',').map((scale) => {
  const [image, stop = 1] = scale.split(':').map(Number)
  return { what: { image, stop }, settings: { guidance: { text, image, stop } } }
})
const styles = await redrawn(bundle, out, told.styles.split(','), ways, crowd)
await record(told, bundle, 'guidance', { faces: crowd.length, styles })
bundle.dispose()
