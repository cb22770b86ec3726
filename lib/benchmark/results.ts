/**
 * results.json: what a benchmark found, with all that decides it. Its folder holds
 *   results.json             this, written anew after every run
 *   runs/                    one file a finished run
 *   pictures/photo, /sketch  what was drawn from and what the outputs are compared with, in the frame they are compared in
 *   pictures/<run>/          what a run drew
 *   styles/                  what was learned, with its losses and seconds
 *   tables.md, tables.tex    the paper's tables
 */
import { join } from 'node:path'
import * as v from 'valibot'
import { PROTOCOLS } from '../baselines/method.js'
import { readResultsFile } from '../baselines/results-file.js'
import { sha256 } from '../data/schema.js'
import { METRIC_NAMES } from '../metrics/catalogue.js'

const metric = v.picklist(METRIC_NAMES)
const seconds = v.nullable(v.pipe(v.number(), v.minValue(0)))
/** Below the results' folder, with `/` between folders. */
const file = v.string()

/** Of a picture. null where it could not be taken of this one: of equal pictures, PSNR is infinite. */
const PictureScores = v.record(metric, v.nullable(v.number()))

/** As lib/metrics/set-scores.ts has it. */
const SetScore = v.object({ value: v.nullable(v.number()), count: v.number(), note: v.optional(v.string()) })
const SetScores = v.record(metric, SetScore)

const Run = v.object({
  /** As --methods names it; external:NAME of published outputs. */
  method: v.string(),
  /** As tables name it. */
  label: v.string(),
  /** See PROTOCOLS. */
  protocol: v.picklist(PROTOCOLS),
  /** Which of a method's several: the text, of best-text. Tables show the best of them, by each metric. */
  variant: v.nullable(v.string()),
  /** Stem of the pair learned from; null where nothing is. */
  learningPair: v.nullable(v.string()),
  /** null where nothing is random. */
  seed: v.nullable(v.number()),
  /** All that decides what this method draws, beside the configuration that all share. */
  settings: v.record(v.string(), v.unknown()),
  /** What was learned. Two runs of one style file learned once, and both tell the seconds that took. */
  style: v.nullable(v.object({ file, text: v.string(), step: v.number() })),
  /** Opening the bundle, PEZ's search, learning; and what one photo takes, drawn alone. null: no such part, or not known. */
  timings: v.object({ load: seconds, pez: seconds, learning: seconds, inference: seconds }),
  /** A step's objective and its terms. */
  losses: v.array(
    v.object({ step: v.number(), objective: v.number(), reconstruction: v.number(), edit: v.number() }),
  ),
  /** In the order of the tests. */
  images: v.array(v.object({ stem: v.string(), source: v.string(), file, scores: PictureScores })),
  set: SetScores,
  /** The same of each source's pictures, where there are several sources. */
  setBySource: v.record(v.string(), SetScores),
  /** What was done to make it comparable: sizes changed, colours dropped. */
  notes: v.array(v.string()),
})

const Picture = v.object({ stem: v.string(), source: v.string(), photo: file, sketch: file })

const Results = v.object({
  format: v.literal('silverpoint-benchmark'),
  version: v.literal(1),
  dataset: v.object({
    name: v.string(),
    layout: v.string(),
    split: v.string(),
    /** All that the data set has, those learned from too. */
    pairs: v.number(),
    /** Whether outputs and sketches are compared after OS-Sketch's contrast normaliser. */
    normaliseContrast: v.boolean(),
    sources: v.array(v.string()),
    /** Pairs that could not be used, and why. */
    leftOut: v.array(v.object({ stem: v.string(), reason: v.string() })),
  }),
  /** All that decides a result, beside the data set, the bundle, the environment and each run's settings. */
  configuration: v.object({
    learningPairs: v.array(v.string()),
    tests: v.array(v.string()),
    /** SHA-256 over the files of both. */
    files: sha256,
    /** What of a picture is drawn and compared, and its longest side in px. */
    frame: v.object({ crop: v.picklist(['face', 'none']), longestSide: v.number() }),
  }),
  /** SHA-256 of data set, configuration, bundle, metric networks and environment: a results folder holds runs of one. */
  configurationHash: sha256,
  bundle: v.object({ name: v.string(), weightsId: sha256, resolution: v.number() }),
  /** Roles of the published networks that pictures were scored by. */
  metricNetworks: v.optional(v.array(v.string()), []),
  environment: v.object({
    silverpoint: v.string(),
    libtorch: v.string(),
    platform: v.string(),
    cpu: v.string(),
    threads: v.number(),
    dtype: v.string(),
    device: v.string(),
  }),
  /** Metrics that could be taken in no run, and why. */
  blank: v.record(metric, v.string()),
  /** Photo and artist's sketch of every pair learned from, and of every test. */
  learning: v.array(Picture),
  pictures: v.array(Picture),
  runs: v.array(Run),
})

export type PictureScores = v.InferOutput<typeof PictureScores>
export type Picture = v.InferOutput<typeof Picture>
export type Run = v.InferOutput<typeof Run>
export type RunImage = Run['images'][number]
export type Results = v.InferOutput<typeof Results>
export type ResultsHeader = Omit<Results, 'runs'>

export const RESULTS_FILE = 'results.json'

/** Of a results folder. @throws FILE_NOT_FOUND, FILE_UNREADABLE, RESULTS_INVALID. */
export const readResults = (folder: string): Promise<Results> =>
  readResultsFile(Results, join(folder, RESULTS_FILE))

/** @throws FILE_NOT_FOUND, FILE_UNREADABLE, RESULTS_INVALID. */
export const readRun = (path: string): Promise<Run> => readResultsFile(Run, path)
