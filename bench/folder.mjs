// A folder of 2,000 good and broken pictures: whether memory stays flat after the first 200, and whether the ledger names
// every broken one.
//
//   node bench/folder.mjs [bundle]        after `npm run build`
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import sharp from 'sharp'
import { findImages, loadBundle, Sketcher, sketchFiles } from '../dist/index.js'

const COUNT = 2000
const DEMO = new URL('../examples/demo/photos/', import.meta.url).pathname
const faces = (await readdir(DEMO)).filter((name) => name.endsWith('.png'))
const WARM = 200
const folder = await mkdtemp(join(tmpdir(), 'silverpoint-folder-'))
const photos = join(folder, 'photos')
const broken = new Set()

/** Another picture for every number: a demo's photo, tinted, of up to half a megapixel, JPEG, PNG or WebP. Each tenth is
 * broken, in one of four ways. */
async function make(n) {
  const name = `${n % 20}/${n}.${['jpg', 'png', 'webp'][n % 3]}`
  const path = join(photos, name)
  const light = 0.7 + ((n * 37) % 60) / 100
  await sharp(join(DEMO, faces[n % faces.length]))
    .resize(200 + ((n * 97) % 500))
    .linear([light, 1, 2 - light], [0, 0, 0])
    .removeAlpha()
    .toFile(path)
  if (n % 10 !== 3) return
  broken.add(name)
  const bytes = await readFile(path)
  const ways = [bytes.subarray(0, bytes.length / 2), 'no picture', '', bytes.subarray(0, 40)]
  await writeFile(path, ways[((n / 10) | 0) % 4])
}

for (let i = 0; i < 20; i++) await mkdir(join(photos, `${i}`), { recursive: true })
await Readable.from(Array(COUNT).keys()).forEach(make, { concurrency: 4 })

const bundle = await loadBundle(process.argv[2], { device: 'cpu' })
const sketcher = new Sketcher(bundle, { steps: 1 })
const seen = []
const started = performance.now()
const output = join(folder, 'out')
const summary = await sketchFiles(sketcher, await findImages([photos]), output, {
  onItem: (_, done) => {
    if (done % 10 !== 0) return
    const rss = process.memoryUsage().rss / 1e6
    if (done >= WARM) seen.push(rss)
    if (done % 100 === 0) console.log(`${String(done).padStart(5)} RSS ${rss.toFixed(0)} MB`)
  },
})
const seconds = (performance.now() - started) / 1000
const lines = (await readFile(summary.ledger, 'utf8'))
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
const failed = lines.filter(({ error }) => error).map(({ photo }) => photo)
const named = failed.length === broken.size && failed.every((photo) => broken.has(photo))
console.log(`${summary.sketched} sketched, ${summary.failed} failed in ${seconds.toFixed(0)} s`)
console.log(`the ledger names ${named ? 'every broken one and no other' : 'OTHERS THAN THE BROKEN ONES'}`)
// What is under way comes and goes by some tens of MB: means over 400 photos are compared.
const mean = (values) => values.reduce((a, b) => a + b) / values.length
const [first, last] = [mean(seen.slice(0, 40)), mean(seen.slice(-40))]
console.log(
  `after the first ${WARM}: ${first.toFixed(0)} MB, at the end ${last.toFixed(0)} MB (${(100 * (last / first - 1)).toFixed(1)} %), at most ${Math.max(...seen).toFixed(0)} MB`,
)
sketcher.dispose()
bundle.dispose()
await rm(folder, { recursive: true })
