// What a bundle costs: megabytes, and seconds to load it, to learn a style from one pair by the default recipe, and to draw a photo.
//
//   node bench/embedded/cost.mjs
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Sketcher } from '../../dist/batch/sketcher.js'
import { learnStyle } from '../../dist/style/learn.js'
import { open, options, record } from './record.mjs'

const told = options()
const folder = told.bundle ?? new URL('../../models/embedded/', import.meta.url).pathname
const demo = new URL('../../examples/demo/', import.meta.url).pathname
const photo = join(demo, 'pair', 'photo.png')

async function timed(work) {
  const start = performance.now()
  const value = await work()
  return [value, Number(((performance.now() - start) / 1000).toFixed(2))]
}

const bytes = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
const [bundle, load] = await timed(() => open(told))
const [style, learn] = await timed(() =>
  learnStyle(bundle, { photo, sketch: join(demo, 'pair', 'sketch.png') }),
)
const sketcher = new Sketcher(bundle, { style })
const [, draw] = await timed(async () => {
  for await (const { error } of sketcher.sketch([photo])) if (error) throw error
})
sketcher.dispose()
await record(told, bundle, 'cost', {
  megabytes: Number((bytes / 1e6).toFixed(1)),
  threads: told.threads,
  seconds: { load, learn, draw },
})
bundle.dispose()
