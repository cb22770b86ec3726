// The figures of a bundle, section by section, in bench/results/NAME.json.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { sketchParameters } from '../../dist/batch/parameters.js'
import { mean } from '../../dist/benchmark/statistics.js'
import { loadBundle } from '../../dist/bundle/bundle.js'
import { machine } from '../lib/machine.mjs'

/**
 * What all scripts of this folder are told, beside positional arguments:
 *
 *   --bundle FOLDER   default: the embedded one
 *   --name NAME       of the results: embedded
 *   --threads 2
 */
export function options(own = {}) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      bundle: { type: 'string' },
      name: { type: 'string', default: 'embedded' },
      threads: { type: 'string', default: '2' },
      ...own,
    },
  })
  return { ...values, threads: Number(values.threads), positionals }
}

export const open = ({ bundle, threads }) => loadBundle(bundle, { device: 'cpu', threads })

export const resultsOf = (name) => new URL(`../results/${name}.json`, import.meta.url)

/** What drawings are judged by. */
export const METRICS = ['ssim', 'fsim', 'scoot', 'strokes']

export const rounded = (value) => Number(value.toFixed(4))

/** Over the pairs that were learned from. */
export function meanAndSpread(values) {
  const middle = mean(values)
  return {
    mean: rounded(middle),
    spread: rounded(Math.sqrt(mean(values.map((value) => (value - middle) ** 2)))),
  }
}

/** A section's figures, where there are any of a bundle's weights, drawn as it draws now. */
export function recorded({ name }, bundle, section) {
  const { weightsId, [section]: found } = read(name)
  const { sampler, steps } = sketchParameters(bundle, {})
  const alike = found?.sampler === sampler && found.steps === steps
  return weightsId === bundle.manifest.weightsId && alike ? found : undefined
}

const read = (name) => (existsSync(resultsOf(name)) ? JSON.parse(readFileSync(resultsOf(name), 'utf8')) : {})

/**
 * Puts a section among the results. Those of other weights are gone then: they are another bundle's.
 * @param made the figures, or a function that makes them of what is `recorded`.
 */
export async function record(told, bundle, section, made) {
  const { name } = told
  const { weightsId } = bundle.manifest
  const before = read(name)
  const kept = before.weightsId === weightsId ? before : { weightsId }
  const figures = typeof made === 'function' ? made(recorded(told, bundle, section)) : made
  const { sampler, steps } = sketchParameters(bundle, {})
  kept[section] = { ...(await machine()), dtype: bundle.dtype, sampler, steps, ...figures }
  writeFileSync(resultsOf(name), `${JSON.stringify(kept, null, 2)}\n`)
  console.log(`${section}: ${JSON.stringify(figures, null, 2)}`)
}
