import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Sketcher } from '../lib/batch/sketcher.js'
import { type Bundle, loadBundle } from '../lib/bundle/bundle.js'
import { fixture } from './helpers.js'
import { makePhotos } from './photos.js'

const options = { optional: 'a pencil sketch', steps: 3, batch: 2 }
const child = new URL('./children/sketching-worker.mjs', import.meta.url)

let bundle: Bundle
let folder: string
let photos: string[]
let wanted: Float32Array[]

beforeAll(async () => {
  bundle = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'float32' })
  folder = await mkdtemp(join(tmpdir(), 'silverpoint-workers-'))
  photos = await makePhotos(folder, ['photo1.png', 'photo2.png', 'photo3.png'])
  wanted = await drawHere()
})
afterAll(async () => {
  bundle.dispose()
  await rm(folder, { recursive: true })
})

async function drawHere(): Promise<Float32Array[]> {
  await using sketcher = new Sketcher(bundle, options)
  const drawn: Float32Array[] = []
  for await (const { sketch } of sketcher.sketch(photos)) drawn.push(sketch!.data)
  return drawn
}

const start = (endless = false) =>
  new Worker(child, { workerData: { folder: fixture('tiny'), photos, options, endless } })

/** What a worker has drawn when it has ended by itself. */
async function drawInWorker(): Promise<Float32Array[]> {
  const worker = start()
  const drawn: Float32Array[] = []
  worker.on('message', (sketch) => drawn.push(sketch))
  expect(await once(worker, 'exit')).toEqual([0])
  return drawn
}

describe('worker threads', { timeout: 120_000 }, () => {
  it('draw two at once what the main thread draws, and leave it the engine when they end', async () => {
    expect(await Promise.all([drawInWorker(), drawHere(), drawInWorker()])).toEqual([wanted, wanted, wanted])
    expect(await drawHere()).toEqual(wanted)
  })

  it('are stopped at any moment without harm to those that go on', async () => {
    const others = Promise.all([drawHere(), drawInWorker()])
    // As it starts, as it loads, and in the middle of a sketch.
    await start(true).terminate()
    for (const milliseconds of [100, 300]) {
      const worker = start(true)
      await setTimeout(milliseconds)
      await worker.terminate()
    }
    for (const milliseconds of [0, 20]) {
      const worker = start(true)
      await once(worker, 'message')
      await setTimeout(milliseconds)
      await worker.terminate()
    }
    expect(await others).toEqual([wanted, wanted])
    expect(await drawHere()).toEqual(wanted)
  })
})
