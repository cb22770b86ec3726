// What learning adds to the text that it began from, which the pair itself had chosen among the plain ones and PEZ's: that text's
// drawings beside the artist's own.
//
//   node bench/embedded/chosen.mjs OUT       OUT: of one-shot.mjs
import { Sketcher } from '../../dist/batch/sketcher.js'
import { learnedStyles } from './learned-styles.mjs'
import { METRICS, meanAndSpread, open, options, record } from './record.mjs'
import { scores } from './redraw.mjs'

const told = options()
const [out] = told.positionals
const bundle = await open(told)

/** As the others are: one draws a text as it draws the optional one. */
async function ofText(name, text) {
  const sketcher = new Sketcher(bundle, { crop: 'none', optional: text })
  const found = await scores(bundle, sketcher, out, name)
  sketcher.dispose()
  return found
}

const styles = {}
for (const [name, learned] of await learnedStyles(out)) {
  const texts = learned.map(({ provenance }) => provenance.text)
  const found = new Map()
  for (const text of new Set(texts)) found.set(text, await ofText(name, text))
  const all = texts.map((text) => found.get(text))
  const row = METRICS.map((metric) => [metric, meanAndSpread(all.map((one) => one[metric]))])
  styles[name] = Object.fromEntries(row)
}
await record(told, bundle, 'chosen', { styles })
bundle.dispose()
