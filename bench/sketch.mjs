// Seconds an image: the same sampler, steps and guidance on both sides, at several batches; our default against the pipeline's;
// a whole folder against its networks alone; peak memory. Alike: weights, photos (PNGs of the model's size), threads.
//
//   node bench/sketch.mjs --model FOLDER [--batches 1,4,8] [--images 8] [--folder 200] [--photos FOLDER]   after `npm run build`
//
// --folder: how many photos of --photos (again and again; default the demo's) the folder job has; 0 leaves it out.
// Options of all comparisons: bench/lib/options.mjs.
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inTurn, quickest } from './lib/in-turn.mjs'
import { about, commonOptions, contenders, withPictures } from './lib/options.mjs'
import { ratioOf, reporter } from './lib/report.mjs'

const options = commonOptions({
  batches: { type: 'string', default: '1,4,8' },
  images: { type: 'string', default: '8' },
  folder: { type: 'string', default: '200' },
  photos: { type: 'string', default: fileURLToPath(new URL('../examples/demo/photos', import.meta.url)) },
})
const batches = options.batches.split(',').map(Number)
const images = Number(options.images)
const { ours, peers } = contenders(options)
const facts = await about(options, ours, peers)
const { resolution, guidance, steps, sampler } = await ours[0].ask('defaults')

await withPictures(resolution, images, async ({ photos }) => {
  const report = reporter('sketch', { ...facts, resolution, steps, sampler, guidance, images })
  await report(await alike(photos, { text: 1, image: 1 }))
  await report(await alike(photos, { text: 7.5, image: 1.5 }))
  if (Number(options.folder)) await report(await wholeFolder(Number(options.folder)))
  await report(await defaults(photos))
  await report(await memory())
})
for (const one of [...ours, ...peers]) await one.close()

function job(one, photos, { name, ...request }) {
  return {
    name: `${one.name}, ${name}`,
    run: async () => (await one.ask('sketch', { photos, ...request })).seconds / photos.length,
  }
}

/** Our default's sampler and steps. Guidance of 1 needs one branch, any other all three. */
async function alike(photos, guidance) {
  const jobs = [...ours, ...peers].flatMap((one) =>
    batches.map((batch) => job(one, photos, { name: `batch ${batch}`, batch, steps, sampler, guidance })),
  )
  const rows = await inTurn(options.repeats, jobs)
  const alone = rows.filter(({ name }) => name.endsWith('batch 1'))
  const what = `images in ${steps} steps of ${sampler}, guidance ${guidance.text} / ${guidance.image}`
  return {
    what,
    unit: 'seconds an image',
    rows,
    ratios: [
      ...ratioOf(`${what}, best batch`, ...best(rows)),
      ...ratioOf(`${what}, batch 1`, ...best(alone)),
    ],
  }
}

/** Each as it comes: the pipeline's 100 steps of three branches, one photo a call. */
async function defaults(photos) {
  const one = photos.slice(0, 1)
  const rows = await inTurn(
    options.repeats,
    [
      ...ours.map((one) => job(one, photos, { name: 'default' })),
      ...peers.map((peer) => job(peer, one, { name: 'default, 100 steps' })),
    ],
    0,
  )
  return {
    what: 'images as each draws them by default',
    unit: 'seconds an image',
    rows,
    ratios: ratioOf("InstructPix2Pix's default / our default", ...best(rows)),
  }
}

/** Reading, faces, cropping, writing overlap with the networks: how much of their speed is left. Ours alone. */
async function wholeFolder(count) {
  const folder = await mkdtemp(join(tmpdir(), 'silverpoint-bench-'))
  const names = (await readdir(options.photos)).sort()
  const photos = []
  for (let i = 0; i < count; i++) {
    const name = names[i % names.length]
    photos.push(join(folder, `${i}${extname(name)}`))
    await copyFile(join(options.photos, name), photos[i])
  }
  const one = ours.at(-1)
  const batch = 4
  const rows = await inTurn(
    Math.min(options.repeats, 3),
    [
      {
        name: 'networks alone',
        run: async () => (await one.ask('network', { count, batch })).seconds / count,
      },
      {
        name: 'whole folder',
        run: async () => {
          const output = await mkdtemp(join(folder, 'out-'))
          return (await one.ask('folder', { photos, output, batch })).seconds / count
        },
      },
    ],
    0,
  )
  await rm(folder, { recursive: true })
  return {
    what: `${count} photos, ${one.name}`,
    unit: 'seconds an image',
    rows,
    ratios: ratioOf("share of the networks' own speed", rows[0], rows[1]),
  }
}

async function memory() {
  const rows = []
  for (const one of [...ours, ...peers]) {
    const { peakMB } = await one.ask('memory')
    rows.push({ name: one.name, values: [Math.round(peakMB)], median: Math.round(peakMB) })
  }
  return {
    what: 'peak memory of all of these',
    unit: 'MB',
    rows,
    ratios: ratioOf('peak memory', ...best(rows)),
  }
}

/** [peer, ours] */
function best(rows) {
  return [quickest(rows, 'diffusers'), quickest(rows, 'silverpoint')]
}
