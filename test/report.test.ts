import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { runBenchmark } from '../lib/benchmark/benchmark.js'
import { writeFigure } from '../lib/benchmark/figures/write-figure.js'
import { writeReport } from '../lib/benchmark/report/write-report.js'
import type { Results } from '../lib/benchmark/results.js'
import { sweepOf } from '../lib/benchmark/sensitivity/sweeps.js'
import { writeSensitivity } from '../lib/benchmark/sensitivity/write-sensitivity.js'
import { type Bundle, loadBundle } from '../lib/bundle/bundle.js'
import { type Dataset, openDataset } from '../lib/data/datasets/dataset.js'
import * as faces from '../lib/data/face-detector.js'
import { RECIPES } from '../lib/style/recipe.js'
import { fixture } from './helpers.js'
import { makePairs } from './photos.js'

/** Names as a page and its links may not have them. */
const STEMS = ['a', 'b', 'c <i>&"', 'd #1 100%']
const HOSTILE = '</script><script>alert(1)</script>'

let root: string
let folder: string
let bundle: Bundle
let dataset: Dataset
let results: Results
let report: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'silverpoint-report-'))
  folder = join(root, 'results')
  bundle = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'float32' })
  // As few steps as can be told from none.
  Object.assign(RECIPES.default, { steps: 4, pez: { tokens: 3, steps: 4 }, returned: { kind: 'last' } })
  dataset = await openDataset(await makePairs(join(root, 'pairs'), STEMS))
  // Blurred noise has none, and it takes the longest to be sure of that.
  vi.spyOn(faces, 'detectFaces').mockResolvedValue([])
  const methods = ['instruct-pix2pix', 'ours', 'ours-no-hybrid', 'grey', 'grey-blurred']
  results = await runBenchmark(bundle, dataset, folder, {
    ...{ methods, pairs: 2, loadSeconds: 1, wishes: { text: HOSTILE }, normaliseContrast: true },
  })
  report = await readFile(join(folder, 'report.html'), 'utf8')
}, 240_000)
afterAll(async () => {
  bundle.dispose()
  await rm(root, { recursive: true })
})

const dataOf = (page: string) =>
  JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)![1]!)

describe('report.html', () => {
  it('is one file that asks for nothing but the pictures below its folder', () => {
    expect(report).not.toMatch(/(src|href)="(?!data:|#|pictures\/)/)
    expect(report).not.toMatch(/https?:\/\//)
    const { tests, runs } = dataOf(report)
    const files = [
      ...tests.flatMap(({ photo, sketch }: never) => [photo, sketch]),
      ...runs.flatMap(({ files }: never) => files),
    ]
    // Modules would have to be loaded.
    expect(report).toMatch(/^function makePage\(\)/m)
    expect(report).not.toMatch(/^(import|export) /m)
    expect(files).toHaveLength(2 * 2 + results.runs.length * 2)
    for (const file of files) expect(existsSync(join(folder, decodeURIComponent(file)))).toBe(true)
  })

  it('shows names and texts as they are, whatever they hold', () => {
    expect(report).not.toContain('alert(1)</script>')
    expect(report).not.toContain('<i>')
    const { tests } = dataOf(report)
    expect(tests.map(({ stem }: { stem: string }) => stem)).toEqual(['c <i>&"', 'd #1 100%'])
    expect(tests[1].photo).toBe('pictures/photo/d%20%231%20100%25.png')
  })

  it("has every picture's scores, and which pair and seed they are of", () => {
    const { runs, pairs, seeds } = dataOf(report)
    expect(pairs).toEqual(['a', 'b'])
    expect(seeds).toEqual([0])
    for (const [i, run] of runs.entries()) {
      const { label, learningPair, images } = results.runs[i]!
      expect(run).toMatchObject({ label, pair: learningPair })
      expect(run.scores.ssim[1]).toBeCloseTo(images[1]!.scores.ssim!, 4)
    }
  })

  it('marks the best of a column, whose value is among the rows', () => {
    const [table] = /<table class="sortable">.*?<\/table>/s.exec(report)!
    const columns = [...table.matchAll(/<th scope="col"/g)].length
    const metric = [...table.matchAll(/<th scope="col"[^>]*>([^<]*)/g)].findIndex(([, text]) =>
      text!.startsWith('SSIM'),
    )
    const cells = [...table.matchAll(/<td data-value="([^"]*)">(<b>)?/g)].map(([, value, bold]) => ({
      value: Number(value),
      marked: bold !== undefined,
    }))
    const ofSsim = cells.filter((_, at) => at % (columns - 1) === metric - 1)
    expect(ofSsim).toHaveLength(new Set(results.runs.map(({ label }) => label)).size)
    expect(cells.filter(({ marked }) => marked).length).toBeGreaterThan(5)
    const best = Math.max(...ofSsim.map(({ value }) => value))
    for (const { value, marked } of ofSsim) expect(marked).toBe(value === best)
    const ofNoPair = results.runs.filter(({ learningPair }) => learningPair === null)
    expect(best).toBeGreaterThanOrEqual(Math.max(...ofNoPair.map(({ set }) => set.ssim!.value!)))
  })

  it('says what is blank and why, how it was compared, and that few pictures say little', () => {
    const said = report.replaceAll('&#39;', "'")
    expect(said).toContain('Contrast was normalised (grey, contrast x 1.5)')
    expect(said).toMatch(/Blank: <b>[^<]*FID, FID \(clean-fid\), KID<\/b>/)
    expect(said).toContain('Only 2 photos were drawn')
    expect(said).toContain('aria-label="Objective of Ours')
  })

  it('is written of no runs, too', async () => {
    const path = await writeReport({ ...results, runs: [], pictures: [] }, root)
    expect(await readFile(path, 'utf8')).toContain('Nothing was learned step by step.')
  })
})

describe('the figures', () => {
  it.each([
    ['6', 4],
    ['7', 4],
    ['9', 4],
  ] as const)('%s is a page of pictures', async (figure, columns) => {
    const path = await writeFigure(results, folder, figure)
    const { width } = await sharp(path).metadata()
    expect(width).toBe(2 * 28 + columns * 168 - 8)
  })

  it('8 needs what it shows', async () => {
    await expect(writeFigure(results, folder, '8')).rejects.toThrow(
      'Expected a run of ours-no-edit for figure but received "none". Run it again with --methods ours-no-edit.',
    )
  })
})

describe('sensitivity', { timeout: 240_000 }, () => {
  it('is swept into runs of its own, a plot and numbers', async () => {
    const swept = join(root, 'swept')
    const options = { methods: ['ours'], pairs: 2, loadSeconds: 1, sensitivity: 'pairs' } as const
    const found = await runBenchmark(bundle, dataset, swept, options)
    expect(found.runs.map(({ method, learningPair }) => [method, learningPair])).toEqual([
      ['ours', 'a'],
      ['ours', 'b'],
      ['pairs=1', null],
      ['pairs=2', null],
    ])
    const of = (method: string) => found.runs.find((run) => run.method === method)!
    // One pair, the first: the very style that ours learned.
    expect(of('pairs=1').style).toEqual(of('ours').style)
    expect(of('pairs=2').style!.file).not.toBe(of('ours').style!.file)

    const [svg, png, csv] = await writeSensitivity(found, swept, 'pairs')
    const lines = (await readFile(csv!, 'utf8')).trim().split('\r\n')
    expect(lines[0]).toMatch(/^pairs,learning pair,seed,ssim,/)
    expect(lines.slice(1).map((line) => line.split(',').slice(0, 4))).toEqual([
      ['1', '', '0', String(of('pairs=1').set.ssim!.value)],
      ['2', '', '0', String(of('pairs=2').set.ssim!.value)],
    ])
    expect(await readFile(svg!, 'utf8')).toContain('Scores by pairs learned from at once')
    expect((await sharp(png).metadata()).width).toBe(24 + 3 * 354)

    const ofPair = await readFile((await writeSensitivity(found, swept, 'pair'))[2]!, 'utf8')
    expect(
      ofPair
        .trim()
        .split('\r\n')
        .slice(1)
        .map((line) => line.split(',')[0]),
    ).toEqual(['a', 'b'])
  })

  it('changes the one thing, and keeps the rest', async () => {
    const tools = { bundle, learner: undefined as never, wishes: { text: '', optional: 'white', texts: [] } }
    const made = async (name: Parameters<typeof sweepOf>[0]) =>
      (await sweepOf(name, 5)!(tools)).map(({ settings }) => settings)
    const { text } = bundle.manifest.guidance
    expect((await made('text-scale')).map(({ guidance }) => guidance)).toEqual(
      [0.5, 0.75, 1, 1.5, 2].map((factor) => ({ ...bundle.manifest.guidance, text: factor * text })),
    )
    expect((await made('edit-sign')).map(({ recipe }) => recipe)).toEqual([
      RECIPES.default,
      { ...RECIPES.default, editSign: 'as-printed' },
    ])
  })

  it('refuses to compare pairs where there is one', async () => {
    const alone = { methods: ['ours'], sensitivity: 'pair' } as const
    await expect(runBenchmark(bundle, dataset, join(root, 'alone'), alone)).rejects.toThrow(
      'at least 2 pairs to learn from for the sensitivity pair',
    )
  })
})
