// On a GPU, networks in Stable Diffusion 1.5's size with random weights, ours and diffusers': a learning step of one branch, images
// with all three branches, the GPU's memory; the same against a compiled network; and the embedded bundle, beside the CPU.
//
//   python -m test.peer.sd15 -o SOURCE --dtype bfloat16 && silverpoint bundle export SOURCE -o BUNDLE
//   node bench/cuda.mjs --model SOURCE --bundle BUNDLE [--parts same,learning,images,embedded,compiled] [--batches 1,8,16]
//     [--steps 20] [--images-steps 20] [--compile-limit 150] [--name cuda]                             after `npm run build`
//
// --compile-limit: seconds after which a network that is still being compiled is out. --name: of the file of results.
// Options of all comparisons: bench/lib/options.mjs.
import { DEFAULT_SAMPLER } from '../dist/diffusion/samplers/names.js'
import { diffusers, silverpoint } from './lib/contender.mjs'
import { inTurn, quickest } from './lib/in-turn.mjs'
import { gpu } from './lib/machine.mjs'
import { about, commonOptions, contenders, withPictures } from './lib/options.mjs'
import { ratioOf, reporter } from './lib/report.mjs'

const options = commonOptions({
  parts: { type: 'string', default: 'same,learning,images,embedded,compiled' },
  device: { type: 'string', default: 'cuda' },
  dtypes: { type: 'string', default: 'bfloat16' },
  settings: { type: 'string', default: 'eager,channels-last,graphs' },
  compiled: { type: 'string', default: 'compile,compile-graphs' },
  repeats: { type: 'string', default: '3' },
  batches: { type: 'string', default: '1,8,16' },
  steps: { type: 'string', default: '20' },
  'images-steps': { type: 'string', default: '20' },
  'embedded-batches': { type: 'string', default: '1,8,32,128' },
  'compile-limit': { type: 'string', default: '150' },
  name: { type: 'string', default: 'cuda' },
})
const numbers = (list) => list.split(',').map(Number)
const steps = Number(options.steps)
const drawing = {
  sampler: DEFAULT_SAMPLER,
  steps: Number(options['images-steps']),
  guidance: { text: 7.5, image: 1.5 },
}
const [dtype] = options.dtypes

const wanted = options.parts.split(',')
const needs = (...names) => names.some((name) => wanted.includes(name))
const { ours, peers, plain } = needs('same', 'learning', 'images')
  ? { ...contenders(options), plain: withoutGraphs() }
  : { ours: needs('compiled') ? [silverpoint({ ...options, dtype })] : [], peers: [] }
const small = needs('embedded') ? embedded() : []
const all = await started([...ours, ...(plain ? [plain] : []), ...peers])
const facts = await about(options, await started([...all, ...small]), [])
const report = reporter(options.name, { ...facts, gpu: await gpu(), device: options.device, steps, drawing })

const parts = {
  /** That both compute the same: norms of what the network predicts, and of the gradient to the instruction. */
  same: async () => {
    for (const work of ['forward', 'gradient']) {
      const norms = all.map((one) => ({
        name: one.name,
        run: async () => (await one.ask(work, { batch: 1 })).norm,
      }))
      await report({ what: `UNet of SD1.5, ${work}`, unit: 'norm', rows: await inTurn(1, norms, 0) })
    }
  },

  learning: async (pair) => {
    await report(compared('a learning step of one branch', 'seconds', await learning(all, pair)))
    await report(await memory('after learning steps', all))
  },

  images: async () => {
    // The peer's graphs are of learning steps; ours are not told from those without where a batch keeps the GPU busy.
    const drawers = all.filter((one) => !one.name.includes('diffusers graphs'))
    for (const batch of numbers(options.batches)) {
      const some = batch === 1 ? drawers : drawers.filter((one) => one !== plain)
      await report(await images(batch, some))
    }
    await report(await memory('after images', drawers))
  },

  embedded: async (pair) => {
    const each = await started(small)
    const onCpu = (one) => one.name.includes('on cpu')
    const whole = (some) =>
      some.map((one) => ({
        name: one.name,
        run: async () => (await one.ask('learn', { pair, recipe: 'default', searched: true })).seconds,
      }))
    await report({
      what: 'the embedded bundle: a style from one pair',
      unit: 'seconds',
      rows: [
        ...(await inTurn(1, whole(each.filter((one) => !onCpu(one))))),
        ...(await inTurn(1, whole(each.filter(onCpu)), 0)),
      ],
    })
    const drawn = each.flatMap((one) =>
      numbers(options['embedded-batches'])
        // A CPU is no quicker at larger ones.
        .filter((batch) => batch <= 8 || !onCpu(one))
        .map((batch) => ({
          name: `${one.name}, batch ${batch}`,
          run: async () => (await one.ask('network', { count: batch, batch })).seconds / batch,
        })),
    )
    const rows = await inTurn(options.repeats, drawn)
    await report({ what: 'the embedded bundle: images', unit: 'seconds an image', rows })
  },

  /** Compiling takes minutes: after all else, and beside our own once more. */
  compiled: async (pair) => {
    const peers = await started(
      options.compiled.split(',').map((setting) => diffusers({ ...options, dtype, setting })),
    )
    const ready = []
    for (const one of peers) if (await compiles(one, pair)) ready.push(one)
    if (ready.length === 0) return
    const both = [...ours, ...ready]
    await report(compared('a learning step of one branch, compiled', 'seconds', await learning(both, pair)))
    for (const batch of new Set([1, Math.max(...numbers(options.batches))]))
      await report(await images(batch, both, ', compiled'))
    await report(await memory('compiled', ready))
    for (const one of ready) await one.close()
  },
}

await withPictures(512, 0, async ({ pair }) => {
  for (const name of wanted) {
    const start = performance.now()
    await parts[name](pair).catch((error) => console.error(`${name}: ${error.stack}`))
    console.error(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`)
  }
})
for (const one of [...all, ...small]) await one.close()

function withoutGraphs() {
  const environment = { SILVERPOINT_CUDA_GRAPHS: 'off' }
  return silverpoint({ ...options, dtype, setting: 'without graphs', environment })
}

/** Ours with the embedded bundle. */
function embedded() {
  const onGpu = options.device === 'cpu' ? [] : ['float32', 'bfloat16'].map((dtype) => ({ dtype }))
  const places = [...onGpu, { device: 'cpu', dtype: 'auto' }].map((place) => ({ ...options, ...place }))
  return places.map((place) => silverpoint({ ...place, bundle: undefined, setting: `on ${place.device}` }))
}

/** Those that can be asked; the others have said why not. */
async function started(some) {
  const answers = await Promise.allSettled(some.map((one) => one.ask('about')))
  for (const { reason } of answers) if (reason) console.error(reason.message)
  return some.filter((_, i) => answers[i].status === 'fulfilled')
}

function learning(some, pair) {
  const jobs = some.map((one) => ({
    name: one.name,
    run: async () => (await one.ask('steps', { pair, steps, unmeasured: 5 })).seconds / steps,
  }))
  return inTurn(options.repeats, jobs)
}

/** From photos to decoded pictures on the CPU, texts encoded before. */
async function images(batch, some, kind = '') {
  const jobs = some.map((one) => ({
    name: one.name,
    run: async () => (await one.ask('network', { count: batch, batch, ...drawing })).seconds / batch,
  }))
  const what = `images in ${drawing.steps} steps, batch ${batch}${kind}`
  // Many at once last long, and vary little.
  const repeats = batch > 1 ? Math.min(options.repeats, 2) : options.repeats
  return compared(what, 'seconds an image', await inTurn(repeats, jobs))
}

/** What each process holds of the GPU's memory, what its allocator keeps for later included; and what the peer's tensors took at most. */
async function memory(when, some) {
  const rows = []
  const told = (name, value) => rows.push({ name, values: [Math.round(value)], median: Math.round(value) })
  for (const one of some) {
    try {
      told(one.name, await one.gpuMB())
    } catch (error) {
      rows.push({ name: one.name, values: [], error: error.message.slice(0, 200) })
    }
    const { gpuPeakMB } = await one.ask('memory').catch(() => ({}))
    if (gpuPeakMB) told(`${one.name}, its tensors`, gpuPeakMB)
  }
  return { what: `memory of the GPU ${when}`, unit: 'MB', rows }
}

/** Compiles what will be measured; false where that fails or lasts too long. */
async function compiles(one, pair) {
  const limit = setTimeout(() => one.process.kill('SIGKILL'), 1000 * Number(options['compile-limit']))
  try {
    await one.ask('steps', { pair, steps: 1, unmeasured: 2 })
    return true
  } catch (error) {
    console.error(error.message)
    return false
  } finally {
    clearTimeout(limit)
  }
}

function compared(what, unit, rows) {
  const [peer, mine] = [quickest(rows, 'diffusers'), quickest(rows, 'silverpoint')]
  return { what, unit, rows, ratios: ratioOf(what, peer, mine) }
}
