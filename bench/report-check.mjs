// Opens a benchmark's report from its file in a headless Chromium, without a network, and uses it: sorts, chooses, moves the
// slider; fails on an error in the console, a picture that is not there, or a page wider than the screen. Prints what it did.
//
//   node bench/report-check.mjs [RESULTS] [--screenshots FOLDER]        after `npm run build`
//
// Without RESULTS it runs a small benchmark on the demo's photos with the tests' bundle. Chromium: apt-get install chromium, or
// another by CHROMIUM=/path.
import { strict as assert } from 'node:assert'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import sharp from 'sharp'
import { runBenchmark } from '../dist/benchmark/benchmark.js'
import { writeReport } from '../dist/benchmark/report/write-report.js'
import { readResults } from '../dist/benchmark/results.js'
import { loadBundle } from '../dist/bundle/bundle.js'
import { openDataset } from '../dist/data/datasets/dataset.js'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { screenshots: { type: 'string' } },
})
const SCREENS = [
  { name: 'light', width: 1280, colorScheme: 'light' },
  { name: 'dark', width: 1280, colorScheme: 'dark' },
  { name: 'phone', width: 390, colorScheme: 'light' },
]

const temporary = await mkdtemp(join(tmpdir(), 'silverpoint-report-'))
const folder = positionals[0] ?? (await sample(temporary))
const results = await readResults(folder)
const report = await writeReport(results, folder)
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
)
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? executablePath,
  args: ['--no-sandbox'],
})
try {
  for (const screen of SCREENS) await check(screen)
} finally {
  await browser.close()
  await rm(temporary, { recursive: true })
}

/** The demo's photos and pencil-like versions of them: seven pairs, two of them learned from. */
async function sample(root) {
  const demo = fileURLToPath(new URL('../examples/demo/', import.meta.url))
  const files = [join(demo, 'pair', 'photo.png')]
  for (const name of (await readdir(join(demo, 'photos'))).sort()) files.push(join(demo, 'photos', name))
  const data = join(root, 'pairs')
  for (const kind of ['photos', 'sketches']) await mkdir(join(data, kind), { recursive: true })
  for (const [i, file] of files.entries()) {
    // A name that has to be written another way in a link.
    const name = `face #${i + 1}.png`
    await sharp(file)
      .resize(64, 64, { fit: 'cover' })
      .toFile(join(data, 'photos', name))
    await sharp(file)
      .resize(64, 64, { fit: 'cover' })
      .greyscale()
      .linear(1.4, -20)
      .toFile(join(data, 'sketches', name))
  }
  const bundle = await loadBundle(fileURLToPath(new URL('../test/fixtures/tiny', import.meta.url)), {
    device: 'cpu',
  })
  const methods = ['instruct-pix2pix', 'ours', 'grey', 'grey-fitted', 'grey-blurred']
  const results = join(root, 'results')
  await runBenchmark(bundle, await openDataset(data), results, {
    methods,
    pairs: 2,
    crop: 'none',
    loadSeconds: 0,
  })
  bundle.dispose()
  return results
}

async function check({ name, width, colorScheme }) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, offline: true })
  const problems = []
  page.on('console', (message) => message.type() !== 'info' && problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('requestfailed', (request) => problems.push(`not loaded: ${request.url()}`))
  page.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) problems.push(`asked for ${request.url()}`)
  })
  await page.goto(pathToFileURL(resolve(report)).href)
  const did = [
    await checkPictures(page),
    await checkSorting(page),
    await checkSlider(page),
    await checkChoice(page),
  ]
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  assert.ok(wide <= 0, `the page is ${wide} px wider than the screen`)
  assert.deepEqual(problems, [])
  if (options.screenshots) {
    await mkdir(options.screenshots, { recursive: true })
    await page.screenshot({ path: join(options.screenshots, `${name}.png`), fullPage: true })
  }
  await page.close()
  console.log(`${name} (${width} px): ${did.join('; ')}; no error`)
}

async function checkPictures(page) {
  const shown = await page.evaluate(async () => {
    for (const image of document.images) image.loading = 'eager'
    await Promise.all([...document.images].map((image) => image.decode()))
    return [...document.images].filter(({ naturalWidth }) => naturalWidth > 0).length
  })
  assert.ok(shown > 0)
  return `${shown} pictures shown`
}

/** Each column both ways; a column's values then stand in order. */
async function checkSorting(page) {
  const heads = page.locator('#score-table thead button')
  const count = await heads.count()
  for (let column = 1; column < count; column++) {
    for (const sign of [-1, 1]) {
      await heads.nth(column).click()
      const values = await page.$$eval(
        '#score-table tbody tr',
        (rows, column) =>
          rows
            .map(({ cells }) => cells[column].dataset.value)
            .filter(Boolean)
            .map(Number),
        column,
      )
      assert.ok(values.length > 0)
      assert.deepEqual(
        values,
        values.toSorted((a, b) => sign * (a - b)),
      )
    }
  }
  return `${count - 1} columns sorted both ways`
}

/** With the keyboard, which every pointer's movement comes to. */
async function checkSlider(page) {
  const slider = page.locator('.comparer input')
  await slider.focus()
  for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowRight')
  const at = await page.locator('.comparer').evaluate((frame) => frame.style.getPropertyValue('--at'))
  assert.equal(at, '70%')
  const { width, height } = await slider.boundingBox()
  await slider.click({ position: { x: width / 4, y: height / 2 } })
  assert.ok(Number(await slider.inputValue()) < 35)
  return 'slider moved by keys and pointer'
}

/** A picture of the gallery is opened in the comparer; another learning pair brings its own pictures. */
async function checkChoice(page) {
  await page.locator('#gallery figure button').last().click()
  const compared = await page.locator('.comparer img').first().getAttribute('alt')
  assert.match(compared, new RegExp(results.pictures.at(-1).stem))
  const pairs = page.locator('#gallery select').first()
  if (results.configuration.learningPairs.length < 2) return 'comparison opened'
  const before = await page
    .locator('#gallery img')
    .evaluateAll((images) => images.map(({ src }) => src).join())
  await pairs.selectOption({ index: 1 })
  const after = await page
    .locator('#gallery img')
    .evaluateAll((images) => images.map(({ src }) => src).join())
  assert.notEqual(after, before)
  return 'comparison opened, another pair chosen'
}
