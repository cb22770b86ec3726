// The full Stable Diffusion 1.5 InstructPix2Pix architecture with seeded random weights, on this machine's CPU: parity with
// diffusers, one learning step at 512 px, an image of two steps. Prints JSON with seconds and peak memory.
//
//   python -m test.peer.sd15 -o SOURCE && silverpoint bundle export SOURCE -o BUNDLE
//   python -m models.export.reference SOURCE -o REFERENCE --size 256 --steps 2
//   node bench/sd15.mjs BUNDLE REFERENCE [threads]        after `npm run build`
import { cpus } from 'node:os'
import { Sketcher } from '../dist/batch/sketcher.js'
import { loadBundle } from '../dist/bundle/bundle.js'
import { checkAgainstDiffusers } from '../dist/diffusion/check-bundle.js'
import { learnStyle } from '../dist/style/learn.js'
import { version } from '../dist/version.js'

const [folder, reference, threads = '1'] = process.argv.slice(2)
const pair = { photo: 'examples/demo/pair/photo.png', sketch: 'examples/demo/pair/sketch.png' }
const result = { silverpoint: version, node: process.version, cpu: cpus()[0].model, threads: Number(threads) }

async function measure(name, work) {
  const start = performance.now()
  const value = await work()
  const seconds = (performance.now() - start) / 1000
  result[name] = {
    seconds: Number(seconds.toFixed(1)),
    peakGB: Number((process.resourceUsage().maxRSS / 1e6).toFixed(1)),
  }
  console.error(name, JSON.stringify(result[name]))
  return value
}

const bundle = await measure('load', () => loadBundle(folder, { device: 'cpu', threads: Number(threads) }))
result.resolution = bundle.manifest.resolution
const differences = await measure('parity', () => checkAgainstDiffusers(bundle, reference))
result.differences = Object.fromEntries(differences.map(({ what, difference }) => [what, difference]))
const style = await measure('learn', () =>
  learnStyle(bundle, pair, { recipe: 'paper', text: 'a pencil sketch', changes: { steps: 1 } }),
)
const sketcher = new Sketcher(bundle, { style, steps: 2, batch: 1 })
await measure('image', async () => {
  for await (const { error } of sketcher.sketch([pair.photo])) if (error) throw error
})
console.log(JSON.stringify(result, null, 2))
