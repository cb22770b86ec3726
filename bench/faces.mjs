// What the sides that faces are searched in find of photos that a face fills: how many, how far their five points are from those of
// the largest side (in distances between the eyes), and milliseconds.
//
//   node bench/faces.mjs FOLDER [COUNT]        after `npm run build`
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isMainThread, Worker } from 'node:worker_threads'
import sharp from 'sharp'
import { fivePoints } from '../dist/data/face-choice.js'

const SIDES = [416, 96, 128, 160, 224]

if (isMainThread) new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) })
else await main(...process.argv.slice(2))

async function main(folder, count = '200') {
  const names = await readdir(folder)
  const every = Math.max(1, Math.floor(names.length / Number(count)))
  const photos = names.filter((_, i) => i % every === 0).slice(0, Number(count))
  // Changes the thread's globals: sharp has to be there before.
  const { openFaceApi } = await import('../dist/data/face-api.js')
  const api = await openFaceApi(['tinyFaceDetector', 'faceLandmark68Net'])
  const found = Object.fromEntries(SIDES.map((side) => [side, []]))
  const milliseconds = Object.fromEntries(SIDES.map((side) => [side, []]))
  for (const name of photos) {
    const { data, info } = await sharp(join(folder, name))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const picture = api.tf.tensor3d(Uint8Array.from(data), [info.height, info.width, 3], 'int32')
    for (const side of SIDES) {
      const started = performance.now()
      found[side].push(await widest(api, picture, side))
      milliseconds[side].push(performance.now() - started)
    }
    picture.dispose()
  }
  console.log(`${photos.length} photos, least score 0.4`)
  for (const side of SIDES) {
    const apart = found[side].flatMap((points, i) => {
      const reference = found[SIDES[0]][i]
      return points && reference ? [distance(points, reference)] : []
    })
    console.log(
      `${side} px: ${found[side].filter(Boolean).length} found, ${quantile(milliseconds[side], 0.5).toFixed(0)} ms,`,
      `points apart ${quantile(apart, 0.5).toFixed(3)}, nine of ten below ${quantile(apart, 0.9).toFixed(3)}`,
    )
  }
}

/** The five points of the widest face; undefined where there is none. */
async function widest(api, picture, side) {
  const options = new api.TinyFaceDetectorOptions({ inputSize: side, scoreThreshold: 0.4 })
  const faces = await api.detectAllFaces(picture, options).withFaceLandmarks()
  const [face] = faces.sort((a, b) => b.detection.box.width - a.detection.box.width)
  return face && fivePoints({ landmarks: face.landmarks.positions })
}

function distance(points, reference) {
  const [left, right] = reference
  const eyes = Math.hypot(left.x - right.x, left.y - right.y)
  const apart = points.map(({ x, y }, i) => Math.hypot(x - reference[i].x, y - reference[i].y))
  return apart.reduce((sum, one) => sum + one) / points.length / eyes
}

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(share * (sorted.length - 1))]
}
