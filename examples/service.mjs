// An HTTP service that sketches photos in the styles of a folder. Those that wait together are drawn together.
//
//   PORT=8080 node examples/service.mjs styles/ [bundle/]
//   curl -H 'content-type: image/jpeg' --data-binary @photo.jpg 'localhost:8080/sketch?style=conte' -o sketch.png
//   curl localhost:8080/health
import { readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join, parse } from 'node:path'
import { encodePng, loadBundle, Sketcher, Style } from 'silverpoint'

const setting = (name, usual) => Number(process.env[name] ?? usual)
/** Requests held at once, from their first byte to the last of their answer: what bounds the memory. */
const HELD = setting('HELD', 32)
const BODY_BYTES = setting('BODY_BYTES', 20e6)
const TIMEOUT_MS = setting('TIMEOUT_MS', 60_000)
/** Photos drawn at once. */
const BATCH = setting('BATCH', 4)

const [stylesFolder, bundleFolder] = process.argv.slice(2)
const styles = new Map()
for (const file of await readdir(stylesFolder)) {
  const { name, ext } = parse(file)
  if (ext === '.safetensors') styles.set(name, await Style.load(join(stylesFolder, file)))
}
/** float32 draws the same whatever waits beside a photo; bfloat16, where the CPU has it, is quicker and rounds by the batch. */
const bundle = await loadBundle(bundleFolder, { dtype: process.env.DTYPE })
const sketcher = new Sketcher(bundle, {
  batch: BATCH,
  ...(process.env.STEPS && { steps: Number(process.env.STEPS) }), // else the bundle's own
  pixelLimit: setting('PIXELS', 50e6),
})

/** Photos that wait to be drawn, first come first served: { photo, style, resolve, reject }. */
const waiting = []
let [held, drawing, drawn] = [0, 0, 0]

/** The sketch as a PNG. A photo whose signal is aborted before its turn is not drawn. */
function sketched(photo, style, signal) {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const job = { photo, style, resolve, reject }
    signal.addEventListener('abort', () => {
      if (waiting.includes(job)) waiting.splice(waiting.indexOf(job), 1)
      reject(signal.reason)
    })
    waiting.push(job)
    if (drawing === 0) drawWaiting()
  })
}

async function drawWaiting() {
  while (waiting.length > 0) {
    const jobs = waiting.splice(0, BATCH)
    drawing = jobs.length
    try {
      for await (const { index, sketch, parameters, error } of sketcher.sketch(jobs)) {
        if (error) jobs[index].reject(error)
        else jobs[index].resolve(encodePng(sketch, parameters))
      }
    } catch (error) {
      for (const { reject } of jobs) reject(error)
    }
    drawn += jobs.length
    drawing = 0
  }
}

/** What a client did wrong, or must wait for. */
class Refusal extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

/** What silverpoint's own errors are to a client; all that is not listed is the service's fault. */
const STATUS = { IMAGE_INVALID: 422, FACE_NOT_FOUND: 422, OUT_OF_MEMORY: 503, TimeoutError: 504 }

async function answer(request, left) {
  const { pathname, searchParams } = new URL(request.url, 'http://service')
  if (pathname === '/health')
    return {
      type: 'application/json',
      body: JSON.stringify({ waiting: waiting.length, drawing, drawn, held, limit: HELD }),
    }
  if (pathname !== '/sketch') throw new Refusal(404, 'There are /sketch and /health.')
  if (request.method !== 'POST') throw new Refusal(405, 'Send the photo with POST.')
  const style = styles.get(searchParams.get('style'))
  if (!style) throw new Refusal(404, `There are the styles ${[...styles.keys()].join(', ')}.`)
  if (held >= HELD) throw new Refusal(503, 'Too many photos are waiting.')
  held++
  try {
    const photo = await bodyOf(request)
    const signal = AbortSignal.any([left, AbortSignal.timeout(TIMEOUT_MS)])
    return { type: 'image/png', body: await sketched(photo, style, signal) }
  } finally {
    held--
  }
}

async function bodyOf(request) {
  const { 'content-type': type = 'nothing', 'content-length': length = 0 } = request.headers
  if (!type.startsWith('image/')) throw new Refusal(415, `Send an image, not ${type}.`)
  const tooLarge = new Refusal(413, `Send at most ${BODY_BYTES} bytes.`)
  if (length > BODY_BYTES) throw tooLarge
  const chunks = []
  let bytes = 0
  // A stream that is destroyed could no longer be answered.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if ((bytes += chunk.length) > BODY_BYTES) throw tooLarge
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const server = createServer({ requestTimeout: TIMEOUT_MS }, async (request, response) => {
  const left = new AbortController()
  response.once('close', () => left.abort())
  // While it ends, connections are not kept for further requests.
  if (!server.listening) response.setHeader('connection', 'close')
  try {
    const { type, body } = await answer(request, left.signal)
    response.writeHead(200, { 'content-type': type }).end(body)
  } catch (error) {
    const status = error.status ?? STATUS[error.code] ?? STATUS[error.name] ?? 500
    if (status === 500 && !left.signal.aborted) console.error(error)
    if (status === 503) response.setHeader('retry-after', 5)
    const message = status === 500 ? 'The service failed.' : error.message
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: message }))
  }
})

/** Takes no new connections, answers what it has, and ends. */
function end() {
  server.close(() => {
    sketcher.dispose()
    bundle.dispose()
  })
}
process.once('SIGTERM', end)
process.once('SIGINT', end)
server.listen(setting('PORT', 8080), () =>
  console.log(`listening on http://localhost:${server.address().port}`),
)
