// One-shot learning on real drawings: of each style, learns from each of five single pairs, draws the others and compares them with the
// artist's own, beside plain texts, grey photos and the ablations. Goes on where it was cut off.
//
//   node bench/embedded/one-shot.mjs PAIRS OUT [--styles style1,style2] [--pairs 5] [--tests N] [--methods ours,…]
//
// PAIRS holds a folder of pairs for each style; OUT/STYLE gets the whole benchmark, with pictures and report.
import { join } from 'node:path'
import { METHODS } from '../../dist/baselines/index.js'
import { learned } from '../../dist/baselines/learned.js'
import { runBenchmark } from '../../dist/benchmark/benchmark.js'
import { openDataset } from '../../dist/data/datasets/dataset.js'
import { generator } from '../../dist/style/random.js'
import { METRICS, meanAndSpread, open, options, record, rounded } from './record.mjs'

const told = options({
  styles: { type: 'string', default: 'style1,style2' },
  pairs: { type: 'string', default: '5' },
  tests: { type: 'string' },
  methods: { type: 'string' },
})
const [pairs, out] = told.positionals
const bundle = await open(told)

/** A recipe of this comparison's own; `learning` as learnStyle takes it. Drawn as ours is. */
const changed = (name, label, learning) => {
  METHODS[name] = (tools) => [
    learned({ name, label, learning, drawing: { optional: tools.wishes.optional } }, tools),
  ]
  return name
}

/** Words that nobody chose, the same each time. */
function randomWords(count) {
  const all = Array.from({ length: bundle.tokenizer.size }, (_, id) => bundle.tokenizer.decode([id]))
  const words = all.filter((word) => /^[a-z]{3,}$/.test(word))
  const random = generator(1)
  return Array.from({ length: count }, () => words[Math.floor(random() * words.length)]).join(' ')
}

const all = [
  ...['ours', 'ours-no-hybrid', 'ours-no-edit'],
  changed('ours-pez', "Ours from PEZ's text", { recipe: 'default', changes: { plainTexts: false } }),
  changed('ours-random', 'Ours from random words', { recipe: 'default', text: randomWords(8) }),
  // Under the guidance that the bundle draws with, 1: VISII's own, 7.5, would drive it off.
  changed('visii', "VISII's recipe", {
    recipe: 'visii',
    changes: { prediction: { kind: 'conditional' } },
  }),
  ...['best-text', 'optional-only', 'grey', 'grey-fitted', 'grey-blurred'],
]
const methods = told.methods?.split(',') ?? all

const row = (runs, metric) => meanAndSpread(runs.map(({ set }) => set[metric].value))

/** What the best text does, by each metric: who asks for it has tried them all on the artist's own drawings. */
function best(runs, metric) {
  const better = metric === 'strokes' ? Math.min : Math.max
  const value = better(...runs.map(({ set }) => set[metric].value))
  return { mean: rounded(value), text: runs.find(({ set }) => set[metric].value === value).variant }
}

for (const style of told.styles.split(',')) {
  const { runs, pictures } = await runBenchmark(
    bundle,
    await openDataset(join(pairs, style)),
    join(out, style),
    {
      methods,
      pairs: Number(told.pairs),
      ...(told.tests && { tests: Number(told.tests) }),
      onRun: ({ label, learningPair, variant }, done, total) =>
        console.error(`${style} ${done}/${total} ${label} ${learningPair ?? variant ?? ''}`),
    },
  )
  const of = (name) => runs.filter(({ method }) => method === name)
  const table = Object.fromEntries(
    methods.map((name) => [
      name,
      Object.fromEntries(
        METRICS.map((metric) => [metric, (name === 'best-text' ? best : row)(of(name), metric)]),
      ),
    ]),
  )
  const [{ timings }] = of('ours')
  const texts = of('ours').map(({ style: { text } }) => text)
  const found = { pairs: Number(told.pairs), drawn: pictures.length, texts, timings, table }
  await record(told, bundle, 'oneShot', (before) => ({
    textsTried: of('best-text').length,
    styles: { ...before?.styles, [style]: found },
  }))
}
bundle.dispose()
