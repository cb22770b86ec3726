// Cost of the network on both sides against batch, resolution and threads, and of an image against steps: forward, and forward
// with the gradient to the instruction.
//
//   node bench/scaling.mjs --model FOLDER [--bundle FOLDER] [--sides 16,32,64] [--batches 1,2,4,8]    after `npm run build`
//
// --sides: of the latents. Options of all comparisons: bench/lib/options.mjs; of the settings, the first is taken.
import { cpus } from 'node:os'
import { diffusers, silverpoint } from './lib/contender.mjs'
import { inTurn } from './lib/in-turn.mjs'
import { about, commonOptions, withPictures } from './lib/options.mjs'
import { ratioOf, reporter } from './lib/report.mjs'

const options = commonOptions({
  sides: { type: 'string', default: '16,32,64' },
  batches: { type: 'string', default: '1,2,4,8' },
  steps: { type: 'string', default: '4,12,50' },
})
const [setting] = options.settings
const numbers = (list) => list.split(',').map(Number)
const pairs = options.dtypes.map((dtype) => [
  silverpoint({ ...options, dtype }),
  diffusers({ ...options, dtype, setting }),
])
const [ours, peers] = [0, 1].map((side) => pairs.map((pair) => pair[side]))
const facts = await about(options, ours, peers)
const { resolution, guidance, sampler, latentSide } = await pairs[0][0].ask('defaults')

const report = reporter('scaling', { ...facts, resolution })
for (const work of ['forward', 'gradient']) {
  for (const batch of numbers(options.batches))
    await compare(work, `batch ${batch}`, { batch, side: latentSide })
  for (const side of numbers(options.sides))
    await compare(work, `latents ${side}x${side}`, { batch: 1, side })
}
await withPictures(resolution, 1, async ({ photos }) => {
  for (const steps of numbers(options.steps))
    await compare('sketch', `${steps} steps`, { photos, batch: 1, steps, sampler, guidance })
})
for (const one of pairs.flat()) await one.close()
for (let threads = 1; threads <= cpus().length; threads *= 2) {
  const both = [silverpoint({ ...options, threads }), diffusers({ ...options, threads, setting })]
  await compare('forward', `${threads} threads`, { batch: 4, side: latentSide }, [both])
  for (const one of both) await one.close()
}

async function compare(work, what, request, contenders = pairs) {
  const jobs = contenders.flat().map((one) => ({
    name: one.name,
    run: async () => (await one.ask(work, request)).seconds,
  }))
  const rows = await inTurn(options.repeats, jobs)
  const ratios = rows.flatMap((row, i) => (i % 2 ? ratioOf(`${work}, ${what}`, row, rows[i - 1]) : []))
  await report({ what: `${work}, ${what}`, unit: 'seconds', rows, ratios })
}
