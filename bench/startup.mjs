// Seconds from nothing to the first sketch on the disk, each in a cold process; and what of it is start alone.
// Alike: weights, photo, sampler, steps, guidance, threads.
//
//   node bench/startup.mjs --model FOLDER [--bundle FOLDER]        after `npm run build`
//
// Options of all comparisons: bench/lib/options.mjs.
import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { diffusers, silverpoint } from './lib/contender.mjs'
import { inTurn } from './lib/in-turn.mjs'
import { about, commonOptions, withPictures } from './lib/options.mjs'
import { ratioOf, reporter } from './lib/report.mjs'

const options = commonOptions()
const { threads, python, model, bundle } = options
const cwd = fileURLToPath(new URL('..', import.meta.url))
const execute = promisify(execFile)
const [we, they] = [silverpoint(options), diffusers(options)]
const facts = await about(options, [we], [they])
const { resolution, guidance, sampler, steps } = await we.ask('defaults')

await withPictures(resolution, 1, async ({ pair, photos: [photo] }) => {
  const folder = dirname(photo)
  const style = join(folder, 'style.safetensors')
  await we.ask('style', { pair, path: style })
  for (const one of [we, they]) await one.close()
  const place = ['--threads', threads, ...(bundle ? ['--bundle', bundle] : []), '--device', 'cpu']
  const job = (name, command, args) => ({
    name,
    run: async () => {
      await rm(join(folder, 'out'), { recursive: true, force: true })
      const start = performance.now()
      await execute(command, args.map(String), { cwd, env: { ...process.env, OMP_NUM_THREADS: threads } })
      return (performance.now() - start) / 1000
    },
  })
  const ours = (...args) => [process.execPath, ['dist/cli/entry.js', ...args]]
  const scales = ['--text-guidance', guidance.text, '--image-guidance', guidance.image]
  const first = [
    'bench.peer.first_image',
    model,
    photo,
    join(folder, 'peer.png'),
    '--sampler',
    sampler,
    '--steps',
    steps,
    ...scales,
  ]
  const rows = await inTurn(options.repeats, [
    job(
      'silverpoint',
      ...ours('sketch', style, photo, '-o', join(folder, 'out'), '--crop', 'none', ...place),
    ),
    job('diffusers', python, ['-m', ...first, '--threads', threads]),
    job('silverpoint --help', ...ours('--help')),
    job('import silverpoint', process.execPath, ['-e', 'import("./dist/index.js")']),
    job('import diffusers', python, ['-c', 'from diffusers import StableDiffusionInstructPix2PixPipeline']),
  ])
  const report = reporter('startup', { ...facts, steps, guidance })
  await report({
    what: 'first image of a cold process',
    unit: 'seconds',
    rows: rows.slice(0, 2),
    ratios: ratioOf('first image, cold process', rows[1], rows[0]),
  })
  await report({ what: 'start alone', unit: 'seconds', rows: rows.slice(2) })
})
