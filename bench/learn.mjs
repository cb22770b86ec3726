// Seconds a learning step: VISII's recipe in diffusers against ours, amortised over a whole learning, and ours with several draws a
// step; the same single branch on both sides; and a style from one pair, by VISII's recipe there and by our default here. With --curve
// also seconds of VISII's recipe to its best held objective. Alike: weights, pair, first text, threads.
//
//   node bench/learn.mjs --model FOLDER [--bundle FOLDER] [--steps 200] [--curve 1000]        after `npm run build`
//
// Options of all comparisons: bench/lib/options.mjs.
import { inTurn, quickest } from './lib/in-turn.mjs'
import { about, commonOptions, contenders, withPictures } from './lib/options.mjs'
import { ratioOf, reporter } from './lib/report.mjs'

/** Of VISII's recipe, for a number of draws. */
const VISII = {
  visii: (steps) => ({ steps }),
  'visii, cached': (steps) => ({ steps, draws: kept(steps) }),
  // Adam's steps are as long whatever the gradient: fewer are to be longer.
  'visii, cached, 8 draws a step': (steps) => ({
    ...{ steps: Math.ceil(steps / 8), batch: 8, learningRate: 4e-3 },
    draws: kept(steps),
  }),
}
/** As many as 64 are of 200. */
const kept = (steps) => ({ kind: 'fixed', count: Math.ceil(0.32 * steps) })

const options = commonOptions({ steps: { type: 'string', default: '200' }, curve: { type: 'string' } })
const steps = Number(options.steps)
const { ours, peers } = contenders(options)
const facts = await about(options, ours, peers)
const { resolution } = await ours[0].ask('defaults')

await withPictures(resolution, 0, async ({ pair }) => {
  const report = reporter('learn', { ...facts, steps })
  const visii = await amortised(pair)
  await report(visii)
  await report(await singleBranch(pair))
  await report(await wholeStyle(pair, visii))
  if (options.curve) await report(await toObjective(pair, Number(options.curve)))
})
for (const one of [...ours, ...peers]) await one.close()

/** Whole runs: the pair read and encoded, draws that are held scored, the rows kept, the cache of branches filled. */
async function amortised(pair) {
  const learning = (one, name, request) => ({
    name: `${one.name}, ${name}`,
    run: async () => {
      return (await one.ask('learn', { pair, ...request })).seconds / steps
    },
  })
  const changed = (name) => ({ recipe: 'visii', changes: VISII[name](steps) })
  const rows = await inTurn(options.repeats, [
    ...Object.keys(VISII).flatMap((name) => ours.map((one) => learning(one, name, changed(name)))),
    ...peers.map((one) => learning(one, 'visii', { branches: 3, steps })),
  ])
  const best = (name) =>
    quickest(
      rows.filter((row) => row.name.endsWith(name)),
      'silverpoint',
    )
  const peer = quickest(rows, 'diffusers')
  return {
    what: `learning, a draw of ${steps}, all counted but PEZ`,
    unit: 'seconds',
    rows,
    ratios: [
      ...ratioOf("VISII's recipe / ours", peer, best('visii')),
      ...ratioOf("VISII's recipe / ours, cached", peer, best('cached')),
      ...ratioOf("VISII's recipe / ours, cached and 8 draws a step", peer, best('8 draws a step')),
    ],
  }
}

/** Our default from its first step to its last; VISII's 1,000 steps, worked out from the seconds of one. */
async function wholeStyle(pair, visii) {
  const peers = visii.rows.filter(({ name, error }) => name.startsWith('diffusers') && !error)
  const mine = await inTurn(
    options.repeats,
    ours.map((one) => ({
      name: `${one.name}, default`,
      run: async () => (await one.ask('learn', { pair, recipe: 'default' })).seconds,
    })),
  )
  const theirs = peers.map((row) => ({
    ...row,
    values: row.values.map((value) => Number((1000 * value).toPrecision(4))),
    median: 1000 * row.median,
  }))
  return {
    what: 'a style from one pair, its first text given',
    unit: 'seconds',
    rows: [...mine, ...theirs],
    ratios: ratioOf(
      "a style: VISII's recipe / our default",
      quickest(theirs, 'diffusers'),
      quickest(mine, 'silverpoint'),
    ),
  }
}

/** Forward, backward to the instruction and AdamW of one branch, without any scoring. */
async function singleBranch(pair) {
  const job = (one, request) => ({
    name: one.name,
    run: async () => {
      const { seconds, steps } = await one.ask('learn', { pair, ...request })
      return seconds / steps
    },
  })
  const rows = await inTurn(options.repeats, [
    ...ours.map((one) => job(one, { recipe: 'paper', changes: { steps } })),
    ...peers.map((one) => job(one, { branches: 1, steps })),
  ])
  return {
    what: 'a learning step of one branch, the same computation',
    unit: 'seconds',
    rows,
    ratios: ratioOf('one branch', quickest(rows, 'diffusers'), quickest(rows, 'silverpoint')),
  }
}

/** Seconds until the best iterate so far is as good on held draws as the peer's best of all. */
async function toObjective(pair, steps) {
  const [we, they] = [ours.at(-1), peers.at(-1)]
  const changes = VISII['visii, cached, 8 draws a step'](steps)
  const [mine, theirs] = [
    await we.ask('curve', { pair, recipe: 'visii', changes, every: 5 }),
    await they.ask('curve', { pair, branches: 3, steps, every: 50 }),
  ]
  const scored = async ({ points }) => {
    const { values } = await we.ask('objective', { pair, contexts: points.map(({ context }) => context) })
    return points.map(({ step, seconds }, i) => ({ step, seconds, objective: values[i] }))
  }
  const curves = { [we.name]: await scored(mine), [they.name]: await scored(theirs) }
  const goal = Math.min(...curves[they.name].map(({ objective }) => objective))
  const rows = Object.entries(curves).map(([name, curve]) => {
    const reached = curve.find(({ objective }) => objective <= goal)
    const values = reached ? [Number(reached.seconds.toPrecision(4))] : []
    return { name, values, median: values[0], curve, ...(!reached && { error: 'not reached' }) }
  })
  return {
    what: `to the held objective ${goal.toPrecision(4)}, the peer's best of ${steps} steps`,
    unit: 'seconds',
    rows,
    ratios: rows.some(({ error }) => error) ? [] : ratioOf('to a held objective', rows[1], rows[0]),
  }
}
