// What it takes until a photo is ready to be drawn, by its size and its face's: read whole, its face framed for the embedded bundle,
// and whole for one of 512 px. Milliseconds of all cores, medians of 5.
//
//   node bench/photos.mjs        after `npm run build`
import sharp from 'sharp'
import { framePhoto } from '../dist/data/face-framing.js'
import { readImage } from '../dist/data/image.js'
import { median } from './lib/in-turn.mjs'

const PHOTO = new URL('../examples/demo/pair/photo.png', import.meta.url).pathname
const SIZES = [
  { name: 'phone, 4032 x 3024, its face in the middle', width: 4032, height: 3024, side: 1100 },
  { name: 'phone, 4032 x 3024, filled by its face', width: 4032, height: 3024, side: 2800 },
  { name: 'web, 1280 x 960', width: 1280, height: 960, side: 700 },
  { name: 'crop, 256 x 256', width: 256, height: 256, side: 256 },
]
const REPEATS = 5
const face = { crop: 'face', face: 'largest', outputFrame: 'crop' }
const whole = { ...face, crop: 'none' }

for (const { name, width, height, side } of SIZES) {
  const photo = await jpeg(width, height, side)
  const read = await milliseconds(() => readImage(photo))
  const framed = await milliseconds(() => framePhoto(photo, 128, face))
  const all = await milliseconds(() => framePhoto(photo, 512, whole))
  console.log(`${name}: read whole ${read}, its face framed ${framed}, whole for 512 px ${all}`)
}
process.exit(0)

/** The demo's photo on a blurred copy of itself. */
async function jpeg(width, height, side) {
  const front = await sharp(PHOTO).resize(side, side, { kernel: 'lanczos3' }).toBuffer()
  return sharp(PHOTO)
    .resize(width, height, { fit: 'fill' })
    .blur(40)
    .composite([{ input: front, left: (width - side) >> 1, top: (height - side) >> 1 }])
    .jpeg({ quality: 88 })
    .toBuffer()
}

async function milliseconds(work) {
  await work()
  const taken = []
  for (let i = 0; i < REPEATS; i++) {
    const before = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(before)
    taken.push((user + system) / 1000)
  }
  return `${median(taken).toFixed(0)} ms`
}
