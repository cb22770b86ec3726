import { describe, expect, it } from 'vitest'
import { parseExternal } from '../lib/baselines/external.js'
import type { Results, Run } from '../lib/benchmark/results.js'
import { compareMethods, permutationTest } from '../lib/benchmark/significance.js'
import { ranked, toLatex, toMarkdown } from '../lib/benchmark/table.js'
import { resultTables, tablesAsLatex, tablesAsMarkdown } from '../lib/benchmark/tables.js'
import { splitMethods } from '../lib/cli/commands/benchmark.js'
import { TEXTS } from '../lib/style/texts.js'

const STEMS = Array.from({ length: 20 }, (_, i) => `p${i}`)

/** A run whose photo i has the SSIM `ssim(i)`. */
function run(method: string, ssim: (photo: number) => number, more: Partial<Run> = {}): Run {
  const images = STEMS.map((stem, i) => ({
    stem,
    source: 'CUFS',
    file: `${stem}.png`,
    scores: { ssim: ssim(i) },
  }))
  const value = images.reduce((sum, { scores }) => sum + scores.ssim, 0) / images.length
  return {
    ...{
      method,
      label: method,
      protocol: 'one-shot',
      variant: null,
      learningPair: 'a',
      seed: 0,
      settings: {},
    },
    ...{ style: null, losses: [], images, set: { ssim: { value, count: 20 } }, setBySource: {}, notes: [] },
    timings: { load: 1, pez: null, learning: null, inference: 2 },
    ...more,
  }
}

function resultsOf(runs: Run[], more: { dataset?: string; resolution?: number } = {}): Results {
  const { dataset = 'CUFS', resolution = 128 } = more
  return {
    ...{ format: 'silverpoint-benchmark', version: 1, configurationHash: 'a'.repeat(64) },
    dataset: {
      ...{ name: dataset, layout: 'plain', split: 'all', pairs: 21, normaliseContrast: true },
      ...{ sources: ['CUFS'], leftOut: [] },
    },
    configuration: {
      ...{ learningPairs: ['a'], tests: STEMS, files: 'b'.repeat(64) },
      frame: { crop: 'none', longestSide: resolution },
    },
    bundle: { name: 'embedded', weightsId: 'c'.repeat(64), resolution },
    environment: {
      ...{ silverpoint: '0.1.0', libtorch: '2.13.0', platform: 'linux-x64', cpu: 'a CPU', threads: 2 },
      ...{ dtype: 'float32', device: 'cpu' },
    },
    blank: { 'lpips-alex': 'the bundle has no role lpips_alex', fid: 'the bundle has no role fid_inception' },
    ...{
      learning: [],
      pictures: STEMS.map((stem) => ({ stem, source: 'CUFS', photo: stem, sketch: stem })),
      runs,
    },
  }
}

const titled = (results: Results, title: string) =>
  resultTables(results).find((table) => table.title.includes(title))

describe('significance', () => {
  it('is the share of sign flips that are as extreme: all of 2^n for few differences', () => {
    // Of the 16 flips of four equal differences, two are as far from zero.
    expect(permutationTest([1, 1, 1, 1], 0)).toBeCloseTo(2 / 16, 1)
    expect(permutationTest([1, -1, 1, -1], 0)).toBe(1)
    // Of 1, 2, 4, 8: 15 and -15 only.
    expect(permutationTest([1, 2, 4, 8], 7)).toBeCloseTo(2 / 16, 1)
    expect(permutationTest(Array(40).fill(0.1), 0)).toBe(1 / 10_001)
    expect(permutationTest([3, 1, -2, 5], 1)).toBe(permutationTest([3, 1, -2, 5], 1))
  })

  it('pairs methods by photo, over all runs of each, and corrects for how many are compared', () => {
    const noise = (i: number) => Math.sin(i * 12.9) / 10
    const results = resultsOf([
      // Its runs differ, its mean does not.
      run('ours', (i) => 0.5 + noise(i) + 0.02),
      run('ours', (i) => 0.5 + noise(i) - 0.02, { learningPair: 'b' }),
      run('better', (i) => 0.51 + noise(i)),
      run('alike', (i) => 0.5 + noise(i) + (i % 2 ? 0.01 : -0.01)),
    ])
    const [better, alike] = compareMethods(results, 'ours') as [
      { p: number; difference: number },
      { p: number },
    ]
    expect(better).toMatchObject({ metric: 'ssim', against: 'better', photos: 20 })
    expect(better.difference).toBeCloseTo(0.01, 12)
    expect(better.p).toBeCloseTo(2 / 10_001, 10)
    expect(alike.p).toBe(1)
  })
})

describe('tables', () => {
  it('tell mean and spread over learning pairs, the best bold and the second underlined', () => {
    const results = resultsOf([
      run('ours', () => 0.4),
      run('ours', () => 0.5, { learningPair: 'b' }),
      run('grey', () => 0.43),
      run('visii', () => 0.2),
    ])
    const markdown = tablesAsMarkdown(results)
    expect(markdown).toContain('| ours | **0.4500 ± 0.0707** | - | - | - |')
    expect(markdown).toContain('| grey | <u>0.4300</u> |')
    expect(markdown).toContain('| visii | 0.2000 |')
    expect(markdown).toContain('FID is blank: the bundle has no role fid_inception.')
    expect(markdown).toContain('contrast normalised (grey, x 1.5) on both sides')
    expect(tablesAsLatex(results)).toContain('ours & \\textbf{0.4500 $\\pm$ 0.0707} & - &')
  })

  it('show of many texts the best by each metric, as such', () => {
    const texts = TEXTS.map((variant, i) =>
      run('best-text', () => i / 100, { label: 'Plain texts', variant }),
    )
    expect(TEXTS.length).toBeGreaterThanOrEqual(20)
    const table = titled(resultsOf([...texts, run('ours', () => 0.15)]), 'Quality')!
    expect(table.rows[0]).toMatchObject({
      label: `Plain texts, best of ${TEXTS.length} by each metric`,
      cells: [{ text: `0.${TEXTS.length - 1}00`, rank: 1 }, {}, {}, {}],
    })
  })

  it('keep methods trained on a whole data set apart', () => {
    const results = resultsOf([
      run('ours', () => 0.4),
      run('external:HIDA', () => 0.6, { protocol: 'full-data' }),
    ])
    expect(titled(results, 'Quality')!.rows.map(({ label }) => label)).toEqual(['ours'])
    expect(titled(results, 'whole data set')!.rows.map(({ label }) => label)).toEqual(['external:HIDA'])
    expect(titled(results, 'more than chance')).toBeUndefined()
  })

  it('say that a metric is no evidence where the blurred control wins it', () => {
    const results = resultsOf([run('ours', () => 0.4), run('grey-blurred', () => 0.6, { label: 'Blurred' })])
    expect(titled(results, 'Quality')!.notes).toContain(
      'Blurred wins SSIM: that is no evidence for any method here.',
    )
  })

  it('tell learning and inference seconds with the quality beside them', () => {
    const style = { file: 'styles/a.safetensors', text: 'ink', step: 3 }
    const learned = (method: string, pez: number | null, text: string | null) =>
      run(method, () => 0.4, {
        ...{ style, settings: { text } },
        timings: { load: 1, pez, learning: 30, inference: 2 },
      })
    const results = resultsOf([
      ...[learned('ours', 10, null), learned('ours-text', null, 'ink'), learned('cut-off', null, null)],
      run('grey', () => 0.5, { timings: { load: null, pez: null, learning: null, inference: 0.01 } }),
    ])
    const learning = titled(results, 'Learning time')!
    expect(learning.head.slice(1)).toEqual(['ours', 'ours-text', 'cut-off'])
    // A search whose time is not known leaves the sum unknown.
    expect(learning.rows[0]!.cells.map(({ text }) => text)).toEqual(['40.00', '30.00', '-'])
    expect(learning.rows[1]!.cells.map(({ text }) => text)).toEqual(['10.00', '-', '-'])
    expect(learning.rows.at(-6)!.cells[0]!.text).toBe('0.4000')
    const inference = titled(results, 'Inference time')!
    expect(inference.head).not.toContain('grey')
    expect(inference.rows[0]!.cells[0]!.text).toBe('2.00')
  })

  it('show the figures that the paper prints beside OS-Sketch with full-size weights only, with what is not to be compared', () => {
    const runs = [run('ours', () => 0.4)]
    const paper = titled(resultsOf(runs, { dataset: 'OS-Sketch', resolution: 512 }), 'As the paper prints')!
    expect(paper.rows).toHaveLength(8)
    expect(paper.rows.at(-1)!.cells.map(({ text }) => text)).toEqual([
      '0.461',
      '0.348',
      '68.46',
      '7616.35',
      '5.99',
    ])
    expect(paper.notes.join(' ')).toContain('cannot be compared')
    expect(titled(resultsOf(runs, { dataset: 'OS-Sketch' }), 'As the paper prints')).toBeUndefined()
    expect(titled(resultsOf(runs, { resolution: 512 }), 'As the paper prints')).toBeUndefined()
  })

  it('are whole whatever stands in a label', () => {
    const table = {
      title: 'A',
      head: ['', 'x_1'],
      rows: [{ label: 'a|b & 50% {c} \\d', cells: [{ text: '1' }] }],
      notes: [],
    }
    expect(toMarkdown(table)).toContain('| a\\|b & 50% {c} \\d | 1 |')
    expect(toLatex(table)).toContain('a|b \\& 50\\% \\{c\\} \\textbackslash{}d & 1 \\\\')
  })

  it('rank equal values alike, and nothing where there is one', () => {
    const cells = (...values: (number | undefined)[]) => values.map((value) => ({ text: `${value}`, value }))
    const ranks = (values: (number | undefined)[], better: 'higher' | 'lower') =>
      ranked(cells(...values), better).map(({ rank }) => rank)
    expect(ranks([3, 1, undefined, 3, 2], 'higher')).toEqual([1, undefined, undefined, 1, 2])
    expect(ranks([3, 1, 2], 'lower')).toEqual([undefined, 1, 2])
    expect(ranks([3, undefined], 'lower')).toEqual([undefined, undefined])
  })
})

describe('a published method', () => {
  it('is given by name, folder and training protocol, beside others', () => {
    const methods =
      'ours,external:PANet=out/a,b,protocol=full-data,seconds=6062.2,external:x=y,protocol=one-shot'
    expect(splitMethods('ours,grey')).toEqual(['ours', 'grey'])
    expect(splitMethods(methods.replace('a,b', 'a'))).toEqual([
      'ours',
      'external:PANet=out/a,protocol=full-data,seconds=6062.2',
      'external:x=y,protocol=one-shot',
    ])
    expect(parseExternal('external:PANet=out/a,b,protocol=full-data,seconds=6062.2')).toEqual({
      ...{ name: 'PANet', folder: 'out/a,b', protocol: 'full-data', seconds: 6062.2 },
    })
  })

  it('must say how it was trained', () => {
    expect(() => parseExternal('external:HIDA=out')).toThrow(
      /one-shot, none, full-data for protocol of HIDA .*Declare/,
    )
    expect(() => parseExternal('external:HIDA=out,protocol=few-shot')).toThrow(/"few-shot"/)
    expect(() => parseExternal('external:HIDA')).toThrow(/external:NAME=FOLDER/)
    expect(() => parseExternal('external:HIDA=out,protocol=none,seconds=soon')).toThrow(/a number above 0/)
  })
})
