/** What is accepted as results.json and as a run's file. What it means: results.ts. */
import * as v from 'valibot'
import { PROTOCOLS } from '../baselines/method.js'
import { sha256 } from '../data/schema.js'
import { METRIC_NAMES } from '../metrics/catalogue.js'

const metric = v.picklist(METRIC_NAMES)
const seconds = v.nullable(v.pipe(v.number(), v.minValue(0)))
const file = v.string()

const PictureScores = v.record(metric, v.nullable(v.number()))
const SetScore = v.object({ value: v.nullable(v.number()), count: v.number(), note: v.optional(v.string()) })
const SetScores = v.record(metric, SetScore)

export const RunSchema = v.object({
  method: v.string(),
  label: v.string(),
  protocol: v.picklist(PROTOCOLS),
  variant: v.nullable(v.string()),
  learningPair: v.nullable(v.string()),
  seed: v.nullable(v.number()),
  settings: v.record(v.string(), v.unknown()),
  style: v.nullable(v.object({ file, text: v.string(), step: v.number() })),
  timings: v.object({ load: seconds, pez: seconds, learning: seconds, inference: seconds }),
  losses: v.array(
    v.object({
      step: v.number(),
      objective: v.number(),
      reconstruction: v.optional(v.number()),
      edit: v.number(),
      drawing: v.optional(v.number()),
    }),
  ),
  images: v.array(v.object({ stem: v.string(), source: v.string(), file, scores: PictureScores })),
  set: SetScores,
  setBySource: v.record(v.string(), SetScores),
  notes: v.array(v.string()),
})

const Picture = v.object({ stem: v.string(), source: v.string(), photo: file, sketch: file })

export const ResultsSchema = v.object({
  format: v.literal('silverpoint-benchmark'),
  version: v.literal(1),
  dataset: v.object({
    name: v.string(),
    layout: v.string(),
    split: v.string(),
    pairs: v.number(),
    normaliseContrast: v.boolean(),
    sources: v.array(v.string()),
    leftOut: v.array(v.object({ stem: v.string(), reason: v.string() })),
  }),
  configuration: v.object({
    learningPairs: v.array(v.string()),
    tests: v.array(v.string()),
    files: sha256,
    frame: v.object({ crop: v.picklist(['face', 'none']), longestSide: v.number() }),
  }),
  configurationHash: sha256,
  bundle: v.object({ name: v.string(), weightsId: sha256, resolution: v.number() }),
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
  blank: v.record(metric, v.string()),
  learning: v.array(Picture),
  pictures: v.array(Picture),
  runs: v.array(RunSchema),
})
