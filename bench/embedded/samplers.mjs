// What samplers and steps make of learned styles: how near the artist's other drawings come.
//
//   node bench/embedded/samplers.mjs OUT [--styles style1,style2] [--samplers euler-ancestral:5,dpm-solver++:4]      OUT: of one-shot.mjs
import { open, options, record } from './record.mjs'
import { redrawn } from './redraw.mjs'

const SAMPLERS =
  'euler-ancestral:3,euler-ancestral:5,euler-ancestral:10,euler-ancestral:20,dpm-solver++:4,dpm-solver++:10,ddim:5,ddim:20,euler:5'
const told = options({
  styles: { type: 'string', default: 'style1,style2' },
  samplers: { type: 'string', default: SAMPLERS },
})
const [out] = told.positionals
const bundle = await open(told)

const ways = told.samplers.split(',').map((one) => {
  const [sampler, count] = one.split(':')
  const settings = { sampler, steps: Number(count) }
  return { what: settings, settings }
})
await record(told, bundle, 'samplers', { styles: await redrawn(bundle, out, told.styles.split(','), ways) })
bundle.dispose()
