// Whether memory stays flat: the resident set over 200 learning steps and 50 sketches. Warmed up by 200 steps and 250
// sketches: until V8 has met its limit for memory outside its heap (about 100 MB), it collects nothing.
//
//   node bench/memory.mjs [bundle]        after `npm run build`
import { Sketcher } from '../dist/batch/sketcher.js'
import { loadBundle } from '../dist/bundle/bundle.js'
import { learnStyle } from '../dist/style/learn.js'
import { memoryStatistics } from '../dist/torch/index.js'

const pair = { photo: 'examples/demo/pair/photo.png', sketch: 'examples/demo/pair/sketch.png' }
const bundle = await loadBundle(process.argv[2], { device: 'cpu' })

function tell(what) {
  const { tensors, bytes } = memoryStatistics()
  const rss = process.memoryUsage().rss / 1e6
  console.log(
    `${what.padEnd(24)} RSS ${rss.toFixed(0)} MB, ${tensors} tensors of ${(bytes / 1e6).toFixed(1)} MB`,
  )
  return rss
}

async function learn() {
  const seen = []
  const style = await learnStyle(bundle, pair, {
    text: 'a pencil sketch',
    changes: { steps: 200 },
    onStep: ({ step }) => step % 50 === 0 && seen.push(tell(`learning, step ${step}`)),
  })
  return { style, seen }
}

async function sketch(style, count) {
  const seen = []
  const sketcher = new Sketcher(bundle, { style, batch: 2, steps: 4 })
  for await (const { index } of sketcher.sketch(Array(count).fill(pair.photo)))
    if (index % (count / 5) === count / 5 - 1) seen.push(tell(`sketch ${index + 1}`))
  sketcher.dispose()
  return seen
}

tell('bundle open')
const { style } = await learn()
await sketch(style, 250)
console.log('-- warm; now measured')
const learning = (await learn()).seen
const sketching = await sketch(style, 50)
const growth = (values) => `${(values.at(-1) - values[0]).toFixed(0)} MB`
console.log(`growth over 200 learning steps: ${growth(learning)}; over 50 sketches: ${growth(sketching)}`)
tell('at the end')
