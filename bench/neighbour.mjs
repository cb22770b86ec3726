// What a busy neighbour costs: a learning step of the default and an image, alone and beside a process that keeps one core busy.
// Ours alone; a core of two is gone then, so twice as long is what sharing fairly comes to.
//
//   node bench/neighbour.mjs [--bundle FOLDER] [--threads 2] [--repeats 5]        after `npm run build`
import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'
import { silverpoint } from './lib/contender.mjs'
import { inTurn } from './lib/in-turn.mjs'
import { machine } from './lib/machine.mjs'
import { withPictures } from './lib/options.mjs'
import { ratioOf, reporter } from './lib/report.mjs'

const { values: options } = parseArgs({
  options: {
    bundle: { type: 'string' },
    dtype: { type: 'string', default: 'auto' },
    threads: { type: 'string', default: '2' },
    repeats: { type: 'string', default: '5' },
  },
})
const STEPS = 5
const PHOTOS = 8
const threads = Number(options.threads)
const repeats = Number(options.repeats)
const one = silverpoint({ ...options, threads })
const versions = await one.ask('about')
const { resolution } = await one.ask('defaults')

/** `work` beside a process that never rests. */
async function beside(work) {
  const neighbour = spawn(process.execPath, ['-e', 'for (;;);'])
  try {
    return await work()
  } finally {
    neighbour.kill()
  }
}

await withPictures(resolution, PHOTOS, async ({ pair, photos }) => {
  const report = reporter('neighbour', { machine: await machine(), versions, threads, repeats })
  const works = {
    'a learning step': async () =>
      (await one.ask('learn', { pair, recipe: 'default', changes: { steps: STEPS } })).seconds / STEPS,
    'an image': async () => (await one.ask('sketch', { photos })).seconds / PHOTOS,
  }
  for (const [what, work] of Object.entries(works)) {
    const [alone, busy] = await inTurn(repeats, [
      { name: 'alone', run: work },
      { name: 'beside a busy process', run: () => beside(work) },
    ])
    const ratios = ratioOf(`${what}, slowed by a busy neighbour`, busy, alone)
    await report({ what, unit: 'seconds', rows: [alone, busy], ratios })
  }
})
await one.close()
