// What the sides that faces are searched in find of photos that a face fills: how many, how far their five points are from those of
// the largest side (in distances between the eyes), and milliseconds beside those of face-api on TensorFlow.js' WebAssembly, in turn.
//
//   node bench/faces.mjs FOLDER [COUNT]        after `npm run build`
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import sharp from 'sharp'
import { openFaceApi } from '../test/peer/face_api.mjs'

const SIDES = [416, 96, 128, 160, 224]
const LEAST = 0.4

if (isMainThread) await main(...process.argv.slice(2))
else await answer()

async function main(folder, count = '200') {
  const { fivePoints } = await import('../dist/data/face-choice.js')
  const { findBoxes } = await import('../dist/data/faces/boxes.js')
  const { findLandmarks } = await import('../dist/data/faces/landmarks.js')
  const { readImage } = await import('../dist/data/image.js')
  const names = await readdir(folder)
  const every = Math.max(1, Math.floor(names.length / Number(count)))
  const photos = names.filter((_, i) => i % every === 0).slice(0, Number(count))
  const peer = new Worker(new URL(import.meta.url))

  async function ours(path, side) {
    const image = await readImage(path)
    return timed(async () => {
      const found = await findBoxes(image, side, LEAST)
      const all = await Promise.all(found.map(({ box }) => findLandmarks(image, box)))
      const widest = found.reduce((best, { box }, i) => (box.width > found[best].box.width ? i : best), 0)
      return found.length > 0 ? fivePoints({ landmarks: all[widest] }) : undefined
    })
  }

  const theirs = (path, side) =>
    new Promise((resolve) => {
      peer.once('message', resolve)
      peer.postMessage({ path, side })
    })

  const rows = SIDES.map((side) => ({ side, points: [], ours: [], theirs: [] }))
  for (const name of photos) {
    const path = join(folder, name)
    for (const row of rows) {
      const own = await ours(path, row.side)
      row.points.push(own.value)
      row.ours.push(own.ms)
      row.theirs.push((await theirs(path, row.side)).ms)
    }
  }
  await peer.terminate()
  console.log(`${photos.length} photos, least score ${LEAST}`)
  for (const row of rows) tell(row, rows[0])
}

function tell({ side, points, ours, theirs }, { points: references }) {
  const apart = points.flatMap((own, i) => (own && references[i] ? [distance(own, references[i])] : []))
  const [own, other] = [median(ours), median(theirs)]
  console.log(
    `${side} px: ${points.filter(Boolean).length} found, ${own.toFixed(1)} ms, face-api ${other.toFixed(1)} ms (${(other / own).toFixed(1)}),`,
    `points apart ${median(apart).toFixed(3)}, nine of ten below ${quantile(apart, 0.9).toFixed(3)}`,
  )
}

/** The peer, in a worker. */
async function answer() {
  const api = await openFaceApi()
  parentPort.on('message', async ({ path, side }) => {
    const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    const picture = api.tf.tensor3d(Uint8Array.from(data), [info.height, info.width, 3], 'int32')
    const options = new api.TinyFaceDetectorOptions({ inputSize: side, scoreThreshold: LEAST })
    const { ms } = await timed(() => api.detectAllFaces(picture, options).withFaceLandmarks())
    picture.dispose()
    parentPort.postMessage({ ms })
  })
}

async function timed(work) {
  const started = performance.now()
  const value = await work()
  return { value, ms: performance.now() - started }
}

function distance(points, reference) {
  const [left, right] = reference
  const eyes = Math.hypot(left.x - right.x, left.y - right.y)
  const apart = points.map(({ x, y }, i) => Math.hypot(x - reference[i].x, y - reference[i].y))
  return apart.reduce((sum, one) => sum + one) / points.length / eyes
}

function median(values) {
  return quantile(values, 0.5)
}

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(share * (sorted.length - 1))]
}
