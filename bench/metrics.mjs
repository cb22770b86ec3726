// How many pairs of 200 x 250 pictures a second SSIM, FSIM and SCOOT score, grey conversion included.
// node bench/metrics.mjs [pairs]        after `npm run build`
import { fsim } from '../dist/metrics/fsim.js'
import { toGrey } from '../dist/metrics/grey.js'
import { scoot } from '../dist/metrics/scoot.js'
import { ssim } from '../dist/metrics/ssim.js'
import { open } from '../dist/torch/index.js'

const PAIRS = Number(process.argv[2] ?? 100)
const [WIDTH, HEIGHT] = [200, 250]

/** Hatching on white paper. */
function sketch(seed) {
  const data = Float32Array.from({ length: 3 * WIDTH * HEIGHT }, (_, i) => {
    const pixel = i % (WIDTH * HEIGHT)
    const [x, y] = [pixel % WIDTH, Math.floor(pixel / WIDTH)]
    const inside = Math.hypot(x - 100, (y - 125) / 1.3) < 80
    return inside ? Math.sin(0.7 * x + (0.4 + 0.02 * seed) * y) * Math.cos(0.03 * y * seed) : 1
  })
  return { width: WIDTH, height: HEIGHT, data }
}

async function score([prediction, truth]) {
  const [a, b] = [toGrey(prediction), toGrey(truth)]
  // FSIM's transforms run on the engine's thread while this one does the rest.
  const feature = fsim(a, b)
  return [ssim(a, b), scoot(a, b), await feature]
}

async function pairsPerSecond(pairs) {
  const start = performance.now()
  for (const pair of pairs) await score(pair)
  return (1000 * pairs.length) / (performance.now() - start)
}

const pairs = Array.from({ length: PAIRS }, (_, i) => [sketch(i % 7), sketch(8 + (i % 5))])
await pairsPerSecond(pairs.slice(0, 5))
for (const threads of [1, 2]) {
  await open({ threads })
  const rate = await pairsPerSecond(pairs)
  console.log(`${rate.toFixed(1)} pairs a second, ${threads} thread${threads > 1 ? 's' : ''} in the engine`)
}
