// Recipes beside one another: learns with each from single pairs, draws the other photos, and compares them with the artist's
// own sketches. Prints the tables of `silverpoint benchmark`; run again into the same folder, it goes on.
//
//   node bench/recipes.mjs PAIRS OUT '{"steps":400}' '{"learningRate":0.01}' [--pairs 3] [--tests 8] [--bundle DIR] [--threads 2]
//        [--text TEXT] [--sketch '{"steps":20}'] [--methods ours,best-text,optional-only,grey,grey-fitted,grey-blurred]
//
// after `npm run build`. Each JSON changes values of the default recipe; --sketch changes how all of them draw.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { METHODS } from '../dist/baselines/index.js'
import { learned } from '../dist/baselines/learned.js'
import { runBenchmark } from '../dist/benchmark/benchmark.js'
import { loadBundle } from '../dist/bundle/bundle.js'
import { openDataset } from '../dist/data/datasets/dataset.js'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string', default: '3' },
    tests: { type: 'string', default: '8' },
    threads: { type: 'string', default: '2' },
    bundle: { type: 'string' },
    text: { type: 'string' },
    sketch: { type: 'string', default: '{}' },
    methods: { type: 'string', default: 'ours,grey,grey-blurred' },
  },
})
const [pairs, out, ...recipes] = positionals

/** Makes each recipe a method that the benchmark knows. */
const named = recipes.map((changes) => {
  const name = `ours ${changes} ${options.sketch}`.replaceAll(/[^\w.]+/g, '_')
  METHODS[name] = (tools) => {
    const method = {
      ...{ name, label: `Ours, ${changes} ${options.sketch}` },
      learning: { recipe: 'default', changes: JSON.parse(changes), text: options.text },
      drawing: { optional: tools.wishes.optional, ...JSON.parse(options.sketch) },
    }
    return [learned(method, tools)]
  }
  return name
})

const started = performance.now()
const bundle = await loadBundle(options.bundle, { device: 'cpu', threads: Number(options.threads) })
await runBenchmark(bundle, await openDataset(pairs), out, {
  methods: [...options.methods.split(','), ...named],
  pairs: Number(options.pairs),
  tests: Number(options.tests),
  loadSeconds: (performance.now() - started) / 1000,
  onRun: ({ label, learningPair }, done, total) =>
    console.error(`${done}/${total} ${label} ${learningPair ?? ''}`),
})
console.log(readFileSync(join(out, 'tables.md'), 'utf8'))
