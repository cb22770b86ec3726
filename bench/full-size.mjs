// Networks of Stable Diffusion 1.5's size, random weights, on both sides: seconds of the UNet's forward pass, seconds of that with the
// gradient to the instruction, and the memory that a learning of one branch takes, with all that it needs of the other networks,
// without gradient checkpointing and with it.
//
//   python -m test.peer.sd15 -o SOURCE --dtype bfloat16 && silverpoint bundle export SOURCE -o BUNDLE --weights bfloat16
//   node bench/full-size.mjs --model SOURCE --bundle BUNDLE [--dtypes bfloat16] [--repeats 3]        after `npm run build`
//
// Options of all comparisons: bench/lib/options.mjs.
import { diffusers, silverpoint } from './lib/contender.mjs'
import { inTurn, quickest } from './lib/in-turn.mjs'
import { about, commonOptions, contenders, withPictures } from './lib/options.mjs'
import { ratioOf, reporter } from './lib/report.mjs'

const OURS = { recipe: 'paper', changes: { steps: 3 } }
const PEERS = { branches: 1, steps: 3 }
const options = commonOptions()
const { ours, peers } = contenders(options)
const all = [...ours, ...peers]
const report = reporter('full-size', await about(options, ours, peers))

for (const [work, what] of [
  ['forward', 'UNet of SD1.5, forward'],
  ['gradient', 'UNet of SD1.5, forward and backward'],
]) {
  const rows = await inTurn(
    options.repeats,
    all.map((one) => ({ name: one.name, run: async () => (await one.ask(work, { batch: 1 })).seconds })),
  )
  await report(compared(what, 'seconds', rows))
}
const { resolution } = await ours[0].ask('defaults')
for (const one of all) await one.close()
await withPictures(resolution, 0, async ({ pair }) => {
  await memory('SD1.5, peak memory of a learning of one branch', pair, options.settings)
  const own = { setting: 'checkpointed', gradientCheckpointing: true }
  await memory('the same with gradient checkpointing', pair, ['checkpointed'], own)
})

/** @param own settings of ours. */
async function memory(what, pair, settings, own = {}) {
  const contenders = options.dtypes.flatMap((dtype) => [
    () => silverpoint({ ...options, dtype, ...own }),
    ...settings.map((setting) => () => diffusers({ ...options, dtype, setting })),
  ])
  const rows = []
  for (const begin of contenders) {
    const one = begin()
    // Opened, so that its start is not counted.
    await one.ask('about')
    const request = one.name.startsWith('silverpoint') ? OURS : PEERS
    const peak = Math.round(await one.peakMB('learn', { pair, ...request }))
    await one.close()
    rows.push({ name: one.name, values: [peak], median: peak })
  }
  await report(compared(what, 'MB', rows))
}

function compared(what, unit, rows) {
  return {
    what,
    unit,
    rows,
    ratios: ratioOf(what, quickest(rows, 'diffusers'), quickest(rows, 'silverpoint')),
  }
}
