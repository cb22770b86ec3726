// Our default beside all 12,000 steps of the paper's recipe: of each artist, learns from each of five single pairs, draws the 19
// others and compares them with the artist's own. 1,000 steps of it show the way there. Pairs that bench/results has are not learned
// again; one that was cut off goes on.
//
//   node bench/embedded/long.mjs PAIRS OUT [--styles style1,style2] [--pairs 5]
import { join } from 'node:path'
import { METHODS } from '../../dist/baselines/index.js'
import { learned } from '../../dist/baselines/learned.js'
import { runBenchmark } from '../../dist/benchmark/benchmark.js'
import { openDataset } from '../../dist/data/datasets/dataset.js'
import { METRICS, open, options, record, recorded, rounded } from './record.mjs'

const STEPS = [1000, 12000]

const told = options({
  styles: { type: 'string', default: 'style1,style2' },
  pairs: { type: 'string', default: '5' },
})
const [pairs, out] = told.positionals
const bundle = await open(told)

/** The paper's recipe, or its first steps. Drawn as ours is: under the bundle's own guidance, joined with the optional text. */
for (const steps of STEPS)
  METHODS[`paper-${steps}`] = (tools) => [
    learned(
      {
        name: `paper-${steps}`,
        label: `The paper's recipe, ${steps} steps`,
        learning: { recipe: 'paper', changes: { steps } },
        drawing: { optional: tools.wishes.optional },
      },
      tools,
    ),
  ]
const methods = ['ours', ...STEPS.map((steps) => `paper-${steps}`)]

/** What a method did: its scores on the other photos, and what it took. */
const figures = ({ set, timings: { pez, learning } }) => ({
  ...Object.fromEntries(METRICS.map((metric) => [metric, rounded(set[metric].value)])),
  seconds: Math.round((pez ?? 0) + learning),
})

for (const style of told.styles.split(',')) {
  const dataset = await openDataset(join(pairs, style))
  for (const { stem } of dataset.pairs.slice(0, Number(told.pairs))) {
    if (recorded(told, bundle, 'long')?.styles?.[style]?.[stem]) continue
    const { runs } = await runBenchmark(bundle, dataset, join(out, style, stem), {
      methods,
      learnFrom: [stem],
      onRun: ({ label }, done, total) => console.error(`${style} ${stem} ${done}/${total} ${label}`),
    })
    const found = Object.fromEntries(runs.map((run) => [run.method, figures(run)]))
    await record(told, bundle, 'long', (before) => ({
      styles: { ...before?.styles, [style]: { ...before?.styles?.[style], [stem]: found } },
    }))
  }
}
bundle.dispose()
