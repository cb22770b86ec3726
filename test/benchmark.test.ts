import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type BenchmarkOptions, runBenchmark } from '../lib/benchmark/benchmark.js'
import { type Results, readResults } from '../lib/benchmark/results.js'
import { type Bundle, loadBundle } from '../lib/bundle/bundle.js'
import { openDataset } from '../lib/data/datasets/dataset.js'
import { readImage } from '../lib/data/image.js'
import * as learning from '../lib/style/learn.js'
import { RECIPES } from '../lib/style/recipe.js'
import { fixture, maxDifference } from './helpers.js'
import { makePairs } from './photos.js'
import { silverpoint } from './silverpoint.js'

// The pictures here have no faces, and to look for one takes longer than all else.
vi.mock('../lib/data/face-detector.js', () => ({ detectFaces: async () => [] }))

let root: string
let pairs: string
let bundle: Bundle

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'silverpoint-benchmark-'))
  bundle = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'float32' })
  pairs = await makePairs(join(root, 'pairs'), ['a', 'b', 'c'])
  // As few steps as can be told from none.
  Object.assign(RECIPES.default, {
    steps: 4,
    learningRate: 0.04,
    pez: { tokens: 3, steps: 4 },
    returned: { kind: 'last' },
  })
}, 60_000)
afterAll(async () => {
  bundle.dispose()
  await rm(root, { recursive: true })
})

const results = (name: string) => join(root, 'results', name)

async function run(name: string, options: Partial<BenchmarkOptions> = {}, folder = pairs): Promise<Results> {
  await mkdir(join(root, 'results'), { recursive: true })
  const all = { methods: ['grey'], loadSeconds: 1, ...options }
  return runBenchmark(bundle, await openDataset(folder), results(name), all)
}

const refused = (name: string, options: Partial<BenchmarkOptions>, folder?: string) =>
  expect(run(name, options, folder)).rejects

describe('a benchmark', { timeout: 120_000 }, () => {
  it('compares methods on photos that none of them learned from, and writes what it found', async () => {
    const methods = ['instruct-pix2pix', 'ours', 'ours-no-hybrid', 'grey', 'grey-fitted', 'grey-blurred']
    const learn = vi.spyOn(learning, 'learnStyle')
    const found = await run('all', { methods, learnFrom: ['b'] })
    expect(await readResults(results('all'))).toEqual(found)
    expect(found.configuration).toMatchObject({ learningPairs: ['b'], tests: ['a', 'c'] })
    expect(found.runs.map(({ method, learningPair, seed }) => [method, learningPair, seed])).toEqual([
      ['instruct-pix2pix', null, 0],
      ['ours', 'b', 0],
      ['ours-no-hybrid', 'b', 0],
      ['grey', null, null],
      ['grey-fitted', 'b', null],
      ['grey-blurred', null, null],
    ])
    for (const { images, set } of found.runs) {
      expect(images.map(({ stem }) => stem)).toEqual(['a', 'c'])
      for (const { file } of images) expect((await readImage(join(results('all'), file))).height).toBe(64)
      const mean = images.reduce((sum, { scores }) => sum + scores.ssim!, 0) / 2
      expect(set.ssim!.value).toBeCloseTo(mean, 12)
    }
    const [told, ours, noHybrid, grey, fitted] = found.runs
    // One learning serves both, and both tell what it took.
    expect(learn).toHaveBeenCalledTimes(1)
    learn.mockRestore()
    expect(noHybrid!.style).toEqual(ours!.style)
    expect(noHybrid!.timings.learning).toBe(ours!.timings.learning)
    expect(ours!.timings).toMatchObject({ load: 1, pez: expect.any(Number), learning: expect.any(Number) })
    expect(ours!.losses.map(({ step }) => step)).toEqual([1, 2, 3, 4])
    expect(told!.timings).toMatchObject({ load: 1, pez: null, learning: null, inference: expect.any(Number) })
    // The sketches are the photos' grey, fitted.
    expect(fitted!.set.psnr!.value).toBeGreaterThan(35)
    expect(fitted!.set.psnr!.value).toBeGreaterThan(grey!.set.psnr!.value! + 15)
    expect(found.blank).toMatchObject({ fid: expect.stringContaining('fid_inception') })
    const tables = await readFile(join(results('all'), 'tables.md'), 'utf8')
    expect(tables).toMatch(/\| Ours \| 0\.\d{4}/)
    expect(tables).toContain(
      'Ours and Ours without optional text draw in the same style: it was learned once.',
    )
    expect(await readFile(join(results('all'), 'tables.tex'), 'utf8')).toContain('SSIM $\\uparrow$')
  })

  it('runs every learning pair and seed, and both leave the tests alone', async () => {
    const found = await run('spread', { methods: ['ours', 'grey'], pairs: 2, seeds: [3, 4], tests: 1 })
    expect(found.configuration).toMatchObject({ learningPairs: ['a', 'b'], tests: ['c'] })
    const ours = found.runs.filter(({ method }) => method === 'ours')
    expect(ours.map(({ learningPair, seed }) => `${learningPair}${seed}`)).toEqual(['a3', 'a4', 'b3', 'b4'])
    expect(new Set(ours.map(({ style }) => style!.file)).size).toBe(4)
    const drawn = ours.map(({ images }) => readImage(join(results('spread'), images[0]!.file)))
    const [first, ...others] = await Promise.all(drawn)
    for (const { data } of others) expect(maxDifference(data, first!.data)).toBeGreaterThan(0.02)
  })

  it('scores each source apart, where there are several', async () => {
    const styles = join(root, 'styles')
    for (const style of ['ink', 'chalk']) await cp(pairs, join(styles, style), { recursive: true })
    const { dataset, runs } = await run('sources', { tests: 3 }, styles)
    expect(dataset.sources).toEqual(['chalk', 'ink'])
    const { set, setBySource } = runs[0]!
    expect([setBySource.chalk!.ssim!.count, setBySource.ink!.ssim!.count]).toEqual([2, 1])
    const mean = (2 * setBySource.chalk!.ssim!.value! + setBySource.ink!.ssim!.value!) / 3
    expect(set.ssim!.value).toBeCloseTo(mean, 12)
    expect(await readFile(join(results('sources'), 'tables.md'), 'utf8')).toContain(
      'Source chalk (photos: 2)',
    )
  })

  it('interrupted and run again, redoes nothing finished and comes to what an uninterrupted one does', async () => {
    const methods = ['grey', 'ours', 'grey-blurred']
    const controller = new AbortController()
    const onRun = () => controller.abort()
    await refused('again', { methods, signal: controller.signal, onRun }).toMatchObject({ code: 'CANCELLED' })
    const runs = join(results('again'), 'runs')
    expect(await readdir(runs)).toEqual(['grey.json'])
    expect((await readResults(results('again'))).runs).toHaveLength(1)
    const finished = await stat(join(runs, 'grey.json'))
    const found = await run('again', { methods })
    expect((await stat(join(runs, 'grey.json'))).mtimeMs).toBe(finished.mtimeMs)
    const whole = await run('whole', { methods })
    const scores = ({ runs }: Results) => runs.map(({ method, images }) => ({ method, images }))
    expect(scores(found)).toEqual(scores(whole))
    // More methods and seeds may come to it.
    const more = await run('again', { methods: ['ours'], seeds: [1] })
    expect(more.runs.map(({ method, seed }) => [method, seed])).toEqual([
      ['ours', 0],
      ['ours', 1],
      ['grey', null],
      ['grey-blurred', null],
    ])
  })

  it('goes on with a learning that was cut off, and does not count the pause', async () => {
    const controller = new AbortController()
    const methods = ['ours']
    const onProgress: BenchmarkOptions['onProgress'] = (_key, stage) =>
      stage === 'learning' && controller.abort()
    Object.assign(RECIPES.default, { steps: 30 })
    await refused('learning', { methods, signal: controller.signal, onProgress }).toThrow(/10 of 30 steps/)
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const steps: number[] = []
    const begun = performance.now()
    const { runs } = await run('learning', {
      methods,
      onProgress: (_key, stage, done) => stage === 'finding a text' && steps.push(done),
    })
    Object.assign(RECIPES.default, { steps: 4 })
    expect(steps).toEqual([])
    expect(runs[0]!.losses).toHaveLength(30)
    expect(runs[0]!.timings.pez).toBeGreaterThan(0)
    // 20 of 30 steps were taken now: the whole is half as much again.
    expect(runs[0]!.timings.learning).toBeLessThan((1.5 * (performance.now() - begun)) / 1000)
    expect(
      (await readdir(join(results('learning'), 'styles'))).map((name) => name.replace(/^\w+/, '')),
    ).toEqual(['.safetensors', '.safetensors.json'])
  })

  it('refuses a results folder of another configuration, naming what differs', async () => {
    await run('mine', { methods: ['grey', 'instruct-pix2pix'] })
    const before = await readFile(join(results('mine'), 'results.json'))
    const mismatch = async (options: Partial<BenchmarkOptions>, what: RegExp) => {
      await refused('mine', options).toMatchObject({
        code: 'RESULTS_MISMATCH',
        message: expect.stringMatching(what),
      })
    }
    await mismatch(
      { pairs: 2 },
      /configuration\.learningPairs \["a","b"\] in .* but received some with \["a"\]/,
    )
    await mismatch({ tests: 1 }, /configuration\.tests \["b"\]/)
    await mismatch({ normaliseContrast: true }, /dataset\.normaliseContrast true/)
    await mismatch({ crop: 'face' }, /configuration\.frame\.crop "face"/)
    await mismatch(
      { methods: ['instruct-pix2pix'], wishes: { text: 'ink' } },
      /instruct-pix2pix\.optional "ink" in .* but received some with "a pencil sketch"/,
    )
    const other = await makePairs(join(root, 'other/pairs'), ['c', 'b', 'a'])
    await refused('mine', {}, other).toMatchObject({
      message: expect.stringContaining('configuration.files'),
    })
    expect(await readFile(join(results('mine'), 'results.json'))).toEqual(before)
  })

  it('scores published outputs of any size, which must be there for every test', async () => {
    const published = join(root, 'published')
    await mkdir(published)
    for (const stem of ['b', 'c'])
      await sharp(join(pairs, 'sketches', `${stem}.png`))
        .resize(120, 160, { fit: 'fill' })
        .toFile(join(published, `${stem}.jpg`))
    const method = `external:PANet=${published},protocol=full-data,seconds=60`
    const found = await run('published', { methods: ['grey', method] })
    const panet = found.runs.find(({ method }) => method === 'external:PANet')!
    expect(panet).toMatchObject({
      label: 'PANet',
      protocol: 'full-data',
      timings: { learning: 60, inference: null },
    })
    expect(panet.set.ssim!.value).toBeGreaterThan(0.9)
    expect(panet.notes[0]).toMatch(/^1 of 2 pictures 120 x 160 resized, bicubic, to the sketch's 6\d x 80\.$/)
    const tables = await readFile(join(results('published'), 'tables.md'), 'utf8')
    const [first, apart] = tables.split('### Trained on a whole data set')
    expect(first).not.toContain('| PANet')
    expect(apart).toContain('| PANet')
    await rm(join(published, 'c.jpg'))
    await refused('missing', { methods: [method] }).toThrow(
      /a picture of the name of every test .* 1 of 2: c/,
    )
    await mkdir(join(published, 'sub'))
    for (const file of ['sub_b.jpg', 'sub/b.jpg']) await cp(join(published, 'b.jpg'), join(published, file))
    await refused('collision', { methods: [method] }).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(
        /one picture named sub_b for .*published but received "sub_b\.jpg and sub.b\.jpg"\. Rename/,
      ),
    })
    await refused('none', {
      methods: [`external:x=${join(root, 'nowhere')},protocol=one-shot`],
    }).toMatchObject({
      code: 'FILE_NOT_FOUND',
    })
  })

  it('refuses data sets and choices that make no sense', async () => {
    await refused('bad', { learnFrom: ['z'] }).toThrow(/a name of a pair in .* such as a, b, c .*"z"/)
    await refused('bad', { pairs: 3 }).toThrow(/more pairs than are learned from/)
    await refused('bad', {}, await makePairs(join(root, 'single'), ['only'])).toThrow(
      /more pairs than are learned from/,
    )
    await refused('bad', { methods: ['pnp'] }).toThrow(/one of instruct-pix2pix, .* for method .*"pnp"/)
    await refused('bad', { methods: [] }).toThrow(/at least one method/)
    await refused('bad', { methods: ['grey', 'grey'] }).toThrow(/each method once/)
    await refused('faceless', { crop: 'face' }).toThrow(
      /a face in its photo for the pair to learn from .*"a"/,
    )
    const skew = await makePairs(join(root, 'skew'), ['a', 'b'])
    await sharp({ create: { width: 90, height: 40, channels: 3, background: 'grey' } })
      .png()
      .toFile(join(skew, 'sketches', 'b.png'))
    await refused('skew', {}, skew).toThrow(/same framing for the pair b .* silverpoint align/)
    const broken = await makePairs(join(root, 'broken'), ['a', 'b'])
    await writeFile(join(broken, 'photos', 'b.png'), 'no picture')
    await refused('broken', {}, broken).toMatchObject({ code: 'IMAGE_INVALID' })
    await mkdir(join(root, 'empty', 'photos'), { recursive: true })
    await refused('bad', {}, join(root, 'empty')).toMatchObject({ code: 'DATASET_INVALID' })
    const twice = await makePairs(join(root, 'twice'), ['a', 'b'])
    await cp(join(twice, 'photos', 'a.png'), join(twice, 'photos', 'a.jpg'))
    await refused('bad', {}, twice).toMatchObject({ code: 'DATASET_INVALID' })
  })

  it('refuses a damaged results folder', async () => {
    await run('damaged')
    await writeFile(join(results('damaged'), 'runs', 'grey.json'), '{"method":"grey"')
    await refused('damaged', {}).toMatchObject({ code: 'RESULTS_INVALID' })
    await writeFile(join(results('damaged'), 'results.json'), '{"format":"something-else"}')
    await refused('damaged', {}).toThrow(/silverpoint-benchmark/)
    await expect(readResults(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  })
})

describe('silverpoint benchmark', { timeout: 120_000 }, () => {
  const model = ['--bundle', fixture('tiny'), '--device', 'cpu']

  it('ends with 75 when it is told to terminate, and goes on when it is run again', async () => {
    const texts = join(root, 'texts.txt')
    await writeFile(texts, 'ink\n\na pencil sketch\ncharcoal\n')
    const out = join(root, 'results', 'cli')
    const args = [
      'benchmark',
      pairs,
      '-o',
      out,
      '--tests',
      '1',
      '--methods',
      'best-text,grey',
      '--texts',
      texts,
      ...model,
    ]
    let told = false
    const stopped = await silverpoint(args, {
      hear: (said, kill) => {
        if (told || !said.includes('drawing 1/1')) return
        told = true
        kill('SIGTERM')
      },
    })
    expect(stopped.code).toBe(75)
    expect(stopped.stderr).toContain('error CANCELLED: ')
    const before = (await readResults(out)).runs.length
    expect(before).toBeLessThan(4)
    const whole = await silverpoint(args)
    expect(whole.code).toBe(0)
    expect(whole.stdout).toMatch(/\| Plain texts, best of 3 by each metric \| (<u>)?0\.\d{4}/)
    const variants = (await readResults(out)).runs.flatMap(({ variant }) => variant ?? [])
    expect(variants.sort()).toEqual(['a pencil sketch', 'charcoal', 'ink'])
  })

  it('ends with 2 for methods that make no sense, before it opens anything', async () => {
    const out = join(root, 'results', 'usage')
    const start = async (methods: string) => {
      const { code, stderr } = await silverpoint([
        'benchmark',
        pairs,
        '-o',
        out,
        '--methods',
        methods,
        ...model,
      ])
      return [code, stderr.trim()]
    }
    expect(await start('nothing')).toEqual([2, expect.stringMatching(/^error INVALID_ARGUMENT: .*"nothing"/)])
    expect(await start('external:HIDA=somewhere')).toEqual([2, expect.stringContaining('protocol of HIDA')])
  })
})
