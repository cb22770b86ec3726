import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { SketchItem } from '../lib/batch/photos.js'
import { Sketcher } from '../lib/batch/sketcher.js'
import { type Bundle, loadBundle } from '../lib/bundle/bundle.js'
import { type Image, readImage, readPngMetadata } from '../lib/data/image.js'
import type { Style } from '../lib/style/style.js'
import { fixture, maxDifference } from './helpers.js'
import { makePhotos, makeStyle } from './photos.js'

let bundle: Bundle
let folder: string
let photos: Buffer[]
let styles: Record<'pencil' | 'ink', Style>
let service: ChildProcess
let complaints: string
let url: string

beforeAll(async () => {
  bundle = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'float32' })
  folder = await mkdtemp(join(tmpdir(), 'silverpoint-service-'))
  const names = Array.from({ length: 6 }, (_, i) => `${i}.png`)
  photos = await Promise.all((await makePhotos(folder, names)).map((path) => readFile(path)))
  styles = { pencil: await makeStyle(bundle, 'a pencil sketch', 1), ink: await makeStyle(bundle, 'ink', 2) }
  for (const [name, style] of Object.entries(styles)) await style.save(join(folder, `${name}.safetensors`))
})
afterAll(async () => {
  bundle.dispose()
  await rm(folder, { recursive: true })
})
afterEach(() => service.kill('SIGKILL'))

/** Starts examples/service.mjs as its users do, on a port of the system's choice. */
async function start(settings: Record<string, string> = {}): Promise<void> {
  const script = fileURLToPath(new URL('../examples/service.mjs', import.meta.url))
  service = spawn(process.execPath, [script, folder, fixture('tiny')], {
    env: { ...process.env, PORT: '0', STEPS: '2', DTYPE: 'float32', ...settings },
  })
  complaints = ''
  service.stderr!.on('data', (text) => (complaints += text))
  const ended = once(service, 'exit').then(() => Promise.reject(new Error(complaints)))
  ended.catch(() => {})
  const [line] = await Promise.race([once(createInterface(service.stdout!), 'line'), ended])
  url = line.replace('listening on ', '')
}

const send = (photo: Buffer, style = 'pencil', init: RequestInit = {}) =>
  fetch(`${url}/sketch?style=${style}`, {
    ...{ method: 'POST', body: Uint8Array.from(photo), headers: { 'content-type': 'image/png' } },
    ...init,
  })

/** The status, and what the service says of a refusal. */
const refusal = async (response: Promise<Response>): Promise<[number, string]> => [
  (await response).status,
  ((await (await response).json()) as { error: string }).error,
]

const eventually = (check: () => Promise<unknown>) => vi.waitFor(check, { timeout: 30_000, interval: 20 })

const health = async () => (await fetch(`${url}/health`)).json() as Promise<Record<string, number>>

/** Until the service is at work on a photo, so that whatever comes then has to wait. */
const busy = () => eventually(async () => expect(await health()).toMatchObject({ drawing: 1 }))

async function drawnHere(items: SketchItem[]): Promise<Image[]> {
  await using sketcher = new Sketcher(bundle, { steps: 2 })
  const drawn: Image[] = []
  for await (const { sketch } of sketcher.sketch(items)) drawn.push(sketch!)
  return drawn
}

describe('examples/service.mjs', { timeout: 120_000 }, () => {
  it('sketches what comes at the same time, each photo in its style', async () => {
    await start()
    const names = photos.map((_, i) => (i % 2 ? ('ink' as const) : ('pencil' as const)))
    const answers = await Promise.all(photos.map((photo, i) => send(photo, names[i])))
    const wanted = await drawnHere(photos.map((photo, i) => ({ photo, style: styles[names[i]!] })))
    for (const [i, answer] of answers.entries()) {
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png'])
      const png = Buffer.from(await answer.arrayBuffer())
      expect(maxDifference((await readImage(png)).data, wanted[i]!.data)).toBeLessThan(3.1 / 255)
      await writeFile(join(folder, 'sketch.png'), png)
      const style = styles[names[i]!].hash
      expect(await readPngMetadata(join(folder, 'sketch.png'))).toMatchObject({ style, steps: 2 })
    }
    expect(await health()).toEqual({ waiting: 0, drawing: 0, drawn: 6, held: 0, limit: 32 })
    expect(complaints).toBe('')
  })

  it('says what is wrong with a request, by its status too', async () => {
    await start({ BODY_BYTES: '50000', PIXELS: '4860' })
    const [small, large] = photos as [Buffer, Buffer]
    const headers = { 'content-type': 'text/plain' }
    expect(await refusal(send(small, 'chalk'))).toEqual([404, 'There are the styles ink, pencil.'])
    expect(await refusal(fetch(`${url}/`))).toEqual([404, 'There are /sketch and /health.'])
    expect(await refusal(fetch(`${url}/sketch`))).toEqual([405, 'Send the photo with POST.'])
    expect(await refusal(send(small, 'ink', { headers }))).toEqual([415, 'Send an image, not text/plain.'])
    expect(await refusal(send(Buffer.alloc(60_000)))).toEqual([413, 'Send at most 50000 bytes.'])
    expect(await refusal(send(small.subarray(0, 200)))).toEqual([
      422,
      expect.stringContaining('a whole JPEG'),
    ])
    expect(await refusal(send(large))).toEqual([422, expect.stringContaining('at most 4860 pixels')])
    expect((await send(small)).status).toBe(200)
    expect(complaints).toBe('')
  })

  it('reads no more of a body that does not say its length than it may have', async () => {
    await start({ BODY_BYTES: '50000' })
    const upload = request(`${url}/sketch?style=ink`, {
      method: 'POST',
      headers: { 'content-type': 'image/png' },
    })
    upload.write(Buffer.alloc(60_000))
    const [response] = await once(upload, 'response')
    expect(response.statusCode).toBe(413)
    upload.destroy()
    await eventually(async () => expect(await health()).toMatchObject({ held: 0 }))
  })

  it('asks to come again later when it holds as many as it may', async () => {
    await start({ HELD: '3', STEPS: '100' })
    const first = send(photos[0]!)
    await busy()
    const more = photos.map((photo) => send(photo))
    const statuses = (await Promise.all(more)).map(({ status }) => status)
    expect(statuses.sort()).toEqual([200, 200, 503, 503, 503, 503])
    expect((await first).status).toBe(200)
    const refused = (await Promise.all(more)).find(({ status }) => status === 503)
    expect(refused?.headers.get('retry-after')).toBe('5')
  })

  it('does not draw for clients that have left', async () => {
    await start({ STEPS: '200' })
    const first = send(photos[0]!)
    await busy()
    const client = new AbortController()
    const others = [1, 2, 3].map((i) => send(photos[i]!, 'ink', { signal: client.signal }))
    await eventually(async () => expect(await health()).toMatchObject({ waiting: 3 }))
    client.abort()
    for (const other of others) await expect(other).rejects.toThrow('aborted')
    await eventually(async () => expect(await health()).toMatchObject({ waiting: 0, held: 1, drawing: 1 }))
    expect((await first).status).toBe(200)
    expect(await health()).toMatchObject({ drawn: 1, held: 0 })
    expect(complaints).toBe('')
  })

  it('gives up what waits for too long', async () => {
    await start({ STEPS: '200', TIMEOUT_MS: '100' })
    expect(await refusal(send(photos[0]!))).toEqual([504, 'The operation was aborted due to timeout'])
  })

  it('answers what it has when it is told to end, and takes nothing more', async () => {
    await start({ STEPS: '100' })
    const [first, second] = [send(photos[0]!), busy().then(() => send(photos[1]!))]
    await eventually(async () => expect(await health()).toMatchObject({ waiting: 1 }))
    service.kill('SIGTERM')
    const ended = once(service, 'exit')
    await eventually(() => expect(health()).rejects.toThrow('fetch failed'))
    expect([(await first).status, (await second).status]).toEqual([200, 200])
    expect(await ended).toEqual([0, null])
    expect(complaints).toBe('')
  })
})
