/** The paper's figures of pictures: what is run for each, and how it is laid out. */
import { invalidArgument } from '../../errors.js'
import type { Results, Run } from '../results.js'
import { isBetter } from '../summary.js'
import type { FigureName } from './names.js'
import { spread } from './spread.js'

export interface Layout {
  /** Stems of the pairs whose styles are shown. */
  pairs: string[]
  heads: string[]
  /** Files below the results folder; null for an empty place. */
  rows: { name: string; files: (string | null)[] }[]
}

export interface FigurePreset {
  title: string
  /** What is run, unless the user chooses. */
  methods: readonly string[]
  /** How many pairs are learned from, each by itself, unless the user chooses. */
  pairs: number
  layout(results: Results): Layout
}

/** Rows of a page, and photos that styles are shown on. */
const ROWS = 8
const PHOTOS = 6
/** Shown in the figures of the ablation, and controls: not in the comparison. */
const NOT_COMPARED = ['ours-no-edit', 'ours-no-hybrid', 'ours-text', 'grey', 'grey-fitted', 'grey-blurred']

export const PRESETS: Readonly<Record<FigureName, FigurePreset>> = {
  '6': {
    title: 'Qualitative comparison',
    methods: ['instruct-pix2pix', 'visii', 'optional-only', 'ours'],
    pairs: 1,
    layout(results) {
      const names = new Set(results.runs.map(({ method }) => method))
      return columns(
        results,
        [...names].filter((name) => !NOT_COMPARED.includes(name)).map((method) => ({ method })),
      )
    },
  },
  '7': {
    title: 'In the wild: styles of single pairs',
    methods: ['ours'],
    pairs: 4,
    layout: styles,
  },
  '8': {
    title: 'Ablation: the edit-direction loss',
    methods: ['ours', 'ours-no-edit'],
    pairs: 1,
    layout: (results) =>
      columns(results, [
        { method: 'ours', head: 'With L_edit' },
        { method: 'ours-no-edit', head: 'Without L_edit' },
      ]),
  },
  '9': {
    title: 'Ablation: the hybrid instruction',
    methods: ['ours', 'ours-no-hybrid'],
    pairs: 1,
    layout: (results) =>
      columns(results, [
        { method: 'ours', head: 'Learned and optional text' },
        { method: 'ours-no-hybrid', head: 'Learned instruction alone' },
      ]),
  },
}

/** A row a photo: it, the artist's sketch, and what each method drew. */
function columns(results: Results, shown: readonly { method: string; head?: string }[]): Layout {
  const pair = results.configuration.learningPairs[0] as string
  const runs = shown.map(({ method }) => runOf(results, method, pair))
  return {
    pairs: [pair],
    heads: ['Photo', 'Artist', ...shown.map(({ head }, i) => head ?? (runs[i] as Run).label)],
    rows: spread(results.pictures, ROWS).map(({ stem, photo, sketch }) => ({
      name: stem,
      files: [photo, sketch, ...runs.map((run) => fileOf(run, stem))],
    })),
  }
}

/** The photos above, below them a row a pair: it, and the photos in its style. */
function styles(results: Results): Layout {
  const photos = spread(results.pictures, PHOTOS)
  return {
    pairs: results.configuration.learningPairs,
    heads: ['Learned from', 'its sketch', ...photos.map(({ stem }) => stem)],
    rows: [
      { name: 'photos', files: [null, null, ...photos.map(({ photo }) => photo)] },
      ...results.learning.map(({ stem, photo, sketch }) => {
        const run = runOf(results, 'ours', stem)
        return { name: stem, files: [photo, sketch, ...photos.map((one) => fileOf(run, one.stem))] }
      }),
    ],
  }
}

/** Of a pair and the first seed; of variants, the best by SSIM. @throws INVALID_ARGUMENT where it was not run. */
function runOf({ runs }: Results, method: string, pair: string): Run {
  const own = runs.filter((run) => run.method === method && [pair, null].includes(run.learningPair))
  const first = own.filter(({ seed }) => seed === own[0]?.seed)
  if (first.length === 0)
    throw invalidArgument('figure', `a run of ${method}`, 'none', `Run it again with --methods ${method}.`)
  const ssimOf = ({ set }: Run) => set.ssim?.value ?? Number.NEGATIVE_INFINITY
  return first.reduce((best, run) => (isBetter('ssim', ssimOf(run), ssimOf(best)) ? run : best))
}

const fileOf = ({ images }: Run, stem: string): string | null =>
  images.find((image) => image.stem === stem)?.file ?? null
