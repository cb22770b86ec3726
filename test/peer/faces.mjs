// What face-api's networks say of the demo's pictures: test/fixtures/faces.json.
import { writeFileSync } from 'node:fs'
import { isMainThread, Worker } from 'node:worker_threads'
import sharp from 'sharp'
import { openFaceApi } from './face_api.mjs'

const root = new URL('../../', import.meta.url)
const PICTURES = ['pair/photo.png', 'pair/sketch.png', 'photos/biden-2009.png', 'photos/obama-2010.png']
const LOOKS = [
  { side: 128, least: 0.4 },
  { side: 224, least: 0.4 },
  { side: 320, least: 0.25 },
]
/** Wider than high, and the other way round; what fills them up is odd. */
const PARTS = [
  { left: 41, top: 80, width: 164, height: 137 },
  { left: 60, top: 50, width: 120, height: 171 },
]

if (isMainThread) new Worker(new URL(import.meta.url))
else await main()

async function main() {
  const pictures = []
  for (const picture of PICTURES) {
    // No square: what fills it up counts too. As high as gives whole pixels at all sides, since face-api rounds there.
    const { data, info } = await sharp(new URL(`examples/demo/${picture}`, root).pathname)
      .extract({ left: 0, top: 0, width: 256, height: 224 })
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    pictures.push({ picture, data, info })
  }
  const api = await openFaceApi()
  const found = []
  for (const { picture, data, info } of pictures) {
    const image = api.tf.tensor3d(Uint8Array.from(data), [info.height, info.width, 3], 'int32')
    const boxes = []
    for (const { side, least } of LOOKS)
      boxes.push({ side, least, found: await boxesOf(api, image, side, least) })
    const parts = []
    for (const part of PARTS) parts.push({ part, ...(await partOf(api, image, part)) })
    found.push({ picture, boxes, parts })
  }
  const text = JSON.stringify(found, (_, value) =>
    typeof value === 'number' ? Number(value.toPrecision(7)) : value,
  )
  writeFileSync(new URL('test/fixtures/faces.json', root), `${text}\n`)
}

async function boxesOf(api, image, inputSize, scoreThreshold) {
  const found = await api.nets.tinyFaceDetector.locateFaces(image, { inputSize, scoreThreshold })
  return found.map(({ score, box: { x, y, width, height } }) => ({
    score,
    box: { left: x, top: y, width, height },
  }))
}

async function partOf(api, image, { left, top, width, height }) {
  const part = api.tf.slice3d(image, [top, left, 0], [height, width, 3])
  const { positions } = await api.nets.faceLandmark68Net.detectLandmarks(part)
  const descriptor = await api.nets.faceRecognitionNet.computeFaceDescriptor(part)
  return {
    landmarks: positions.map(({ x, y }) => ({ x: left + x, y: top + y })),
    descriptor: [...descriptor],
  }
}
