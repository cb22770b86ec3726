// What all comparisons are told, and the pictures both sides see.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { diffusers, silverpoint } from './contender.mjs'
import { machine } from './machine.mjs'

/**
 *   --model FOLDER     in diffusers' layout, that the bundle was exported from
 *   --bundle FOLDER    default: the embedded one
 *   --python FILE      with the packages of models/export/requirements.txt; default .venv's (npm run test:peer makes it)
 *   --threads 2 --repeats 5
 *   --device cpu|cuda
 *   --dtypes float32,bfloat16
 *   --settings eager,channels-last,plain-attention[,compile,graphs,compile-graphs]    of the peer
 */
export function commonOptions(own = {}) {
  const { values } = parseArgs({
    options: {
      model: { type: 'string' },
      bundle: { type: 'string' },
      python: { type: 'string', default: '.venv/bin/python' },
      threads: { type: 'string', default: '2' },
      repeats: { type: 'string', default: '5' },
      device: { type: 'string', default: 'cpu' },
      dtypes: { type: 'string', default: 'float32,bfloat16' },
      settings: { type: 'string', default: 'eager,channels-last,plain-attention' },
      ...own,
    },
  })
  if (!values.model) throw new Error('Expected --model FOLDER: the diffusers folder of the bundle.')
  return {
    ...values,
    threads: Number(values.threads),
    repeats: Number(values.repeats),
    dtypes: values.dtypes.split(','),
    settings: values.settings.split(','),
  }
}

/** A process for each of ours, and each of the peer's settings. */
export function contenders(options) {
  const { dtypes, settings } = options
  return {
    ours: dtypes.map((dtype) => silverpoint({ ...options, dtype })),
    peers: dtypes.flatMap((dtype) => settings.map((setting) => diffusers({ ...options, dtype, setting }))),
  }
}

/** Machine, versions and settings, for the results; when all contenders are ready, so that their start is no load of others. */
export async function about({ threads, repeats }, ours, peers) {
  const answers = await Promise.all([...ours, ...peers].map((one) => one.ask('about')))
  return { machine: await machine(), versions: Object.assign({}, ...answers), threads, repeats }
}

/** The demo's pictures as PNGs of `side` px, the photos again and again up to `count`; the folder is gone after `work`. */
export async function withPictures(side, count, work) {
  const folder = await mkdtemp(join(tmpdir(), 'silverpoint-bench-'))
  const demo = new URL('../../examples/demo/', import.meta.url).pathname
  const square = async (from, name) => {
    const path = join(folder, name)
    await sharp(from).resize(side, side, { fit: 'cover' }).removeAlpha().toFile(path)
    return path
  }
  try {
    const pair = {
      photo: await square(join(demo, 'pair', 'photo.png'), 'photo.png'),
      sketch: await square(join(demo, 'pair', 'sketch.png'), 'sketch.png'),
    }
    const photos = []
    for (let i = 0; i < count; i++) {
      const angle = i / 4
      const turned = await sharp(pair.photo).rotate(angle).png().toBuffer()
      photos.push(await square(turned, `${i}.png`))
    }
    return await work({ pair, photos })
  } finally {
    await rm(folder, { recursive: true })
  }
}
