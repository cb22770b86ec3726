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
import type { Protocol } from '../baselines/method.js'
import { readResultsFile } from '../baselines/results-file.js'
import type { MetricName } from '../metrics/catalogue.js'
import type { SetScores } from '../metrics/set-scores.js'
import { ResultsSchema, RunSchema } from './results-schema.js'

/** Scores of a picture; null where one could not be taken of it: of equal pictures, PSNR is infinite. */
export type PictureScores = Partial<Record<MetricName, number | null>>

/** A picture that a run drew. */
export interface RunImage {
  stem: string
  source: string
  /** Below the results' folder, with `/` between folders: so is every file that results name. */
  file: string
  scores: PictureScores
}

/** What a method did, having learned from one pair with one seed. */
export interface Run {
  /** As --methods names it; external:NAME of published outputs. */
  method: string
  /** As tables name it. */
  label: string
  /** What it was trained on. */
  protocol: Protocol
  /** Which of a method's several: the text, of best-text. Tables show the best of them, by each metric. */
  variant: string | null
  /** Stem of the pair learned from; null where nothing is. */
  learningPair: string | null
  /** null where nothing is random. */
  seed: number | null
  /** All that decides what this method draws, beside the configuration that all share. */
  settings: Record<string, unknown>
  /** What was learned. Two runs of one style file learned once, and both tell the seconds that took. */
  style: { file: string; text: string; step: number } | null
  /**
   * Seconds of opening the bundle, PEZ's search, learning; and what one photo takes, drawn alone. null: no such part, or not
   * known.
   */
  timings: Record<'load' | 'pez' | 'learning' | 'inference', number | null>
  /** A step's objective and its terms. */
  losses: { step: number; objective: number; reconstruction?: number; edit: number; drawing?: number }[]
  /** In the order of the tests. */
  images: RunImage[]
  /** Of all images. */
  set: SetScores
  /** The same of each source's pictures, where there are several sources. */
  setBySource: Record<string, SetScores>
  /** What was done to make it comparable: sizes changed, colours dropped. */
  notes: string[]
}

/** A pair, in the frame that is compared. */
export interface Picture {
  stem: string
  source: string
  /** The photo's file. */
  photo: string
  /** The file of the artist's sketch. */
  sketch: string
}

/** What a benchmark found, with all that decides it: its results.json. */
export interface Results {
  format: 'silverpoint-benchmark'
  version: 1
  dataset: {
    name: string
    layout: string
    split: string
    /** All that the data set has, those learned from too. */
    pairs: number
    /** Whether outputs and sketches are compared after OS-Sketch's contrast normaliser. */
    normaliseContrast: boolean
    sources: string[]
    /** Pairs that could not be used, and why. */
    leftOut: { stem: string; reason: string }[]
  }
  /** All that decides a result, beside the data set, the bundle, the environment and each run's settings. */
  configuration: {
    learningPairs: string[]
    tests: string[]
    /** SHA-256 over the files of both. */
    files: string
    /** What of a picture is drawn and compared, and its longest side in px. */
    frame: { crop: 'face' | 'none'; longestSide: number }
  }
  /** SHA-256 of data set, configuration, bundle, metric networks and environment: a results folder holds runs of one. */
  configurationHash: string
  bundle: { name: string; weightsId: string; resolution: number }
  /** Roles of the published networks that pictures were scored by. */
  metricNetworks: string[]
  environment: {
    silverpoint: string
    libtorch: string
    platform: string
    cpu: string
    threads: number
    dtype: string
    device: string
  }
  /** Metrics that could be taken in no run, and why. */
  blank: Partial<Record<MetricName, string>>
  /** Photo and artist's sketch of every pair learned from. */
  learning: Picture[]
  /** The same of every test. */
  pictures: Picture[]
  runs: Run[]
}

export type ResultsHeader = Omit<Results, 'runs'>

export const RESULTS_FILE = 'results.json'

/** Of a benchmark's results folder. @throws FILE_NOT_FOUND, FILE_UNREADABLE, RESULTS_INVALID. */
export const readResults = (folder: string): Promise<Results> =>
  readResultsFile(ResultsSchema, join(folder, RESULTS_FILE))

/** @throws FILE_NOT_FOUND, FILE_UNREADABLE, RESULTS_INVALID. */
export const readRun = (path: string): Promise<Run> => readResultsFile(RunSchema, path)
