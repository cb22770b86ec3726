// Real drawings as if their artists had taken other inks and papers: how near other photos come when a style keeps these colours beside
// what it learns, and when the networks have to draw them.
//
//   node bench/embedded/inks.mjs PAIRS [--styles style1,style2] [--pairs 2] [--tests 10]
//
// PAIRS holds a folder of pairs for each style.
import { join } from 'node:path'
import { Sketcher } from '../../dist/batch/sketcher.js'
import { mean } from '../../dist/benchmark/statistics.js'
import { openDataset } from '../../dist/data/datasets/dataset.js'
import { encodePng } from '../../dist/data/image.js'
import { Scorer } from '../../dist/metrics/scorer.js'
import { learnStyle } from '../../dist/style/learn.js'
import { colourDistance } from '../../dist/style/likeness.js'
import { preparePair } from '../../dist/style/pairs.js'
import { Palette } from '../../dist/style/palette.js'
import { METRICS, open, options, record, rounded } from './record.mjs'

/** From black by the ink at half lightness to the paper, as an artist's own palette might have been. */
const INKS = {
  'red chalk on cream': ['000000', 'a8553e', 'eedec0'],
  'blue pencil on white': ['000000', '5a70b4', 'ffffff'],
  'black chalk on blue paper': ['000000', '4b5464', '96aabe'],
}
const told = options({
  styles: { type: 'string', default: 'style1,style2' },
  pairs: { type: 'string', default: '2' },
  tests: { type: 'string', default: '10' },
})
const [pairs] = told.positionals
const bundle = await open(told)

const paletteOf = (colours) =>
  new Palette(Float32Array.from(Buffer.from(colours.join(''), 'hex'), (value) => value / 255))

/** The artist's pairs, their sketches in other colours. */
async function inked(style, palette) {
  const { pairs: all } = await openDataset(join(pairs, style))
  const wanted = all.slice(0, Number(told.pairs) + Number(told.tests))
  return Promise.all(
    wanted.map(async (pair) => {
      const { photo, sketch } = await preparePair(pair, bundle.manifest.resolution, {
        crop: 'none',
        align: 'never',
      })
      return { photo, sketch: palette.inColours(sketch) }
    }),
  )
}

async function scores(style, tests) {
  const photos = await Promise.all(tests.map(({ photo }) => encodePng(photo)))
  const sketcher = new Sketcher(bundle, { crop: 'none', style })
  const scorer = new Scorer(bundle)
  const colours = []
  for await (const { index, sketch, error } of sketcher.sketch(photos)) {
    if (error) throw error
    await scorer.add(sketch, tests[index].sketch)
    // Of [0, 2] in [0, 1].
    colours.push(colourDistance(sketch, tests[index].sketch) / 2)
  }
  sketcher.dispose()
  const set = await scorer.set()
  return {
    ...Object.fromEntries(METRICS.map((metric) => [metric, set[metric].value])),
    colour: mean(colours),
  }
}

const figures = {}
for (const [name, colours] of Object.entries(INKS)) {
  const artists = []
  for (const style of told.styles.split(',')) artists.push(await inked(style, paletteOf(colours)))
  for (const palette of [true, false]) {
    const each = []
    for (const all of artists) {
      const tests = all.slice(Number(told.pairs))
      for (const pair of all.slice(0, Number(told.pairs)))
        each.push(await scores(await learnStyle(bundle, pair, { changes: { palette } }), tests))
    }
    const middle = (metric) => rounded(mean(each.map((one) => one[metric])))
    const row = Object.fromEntries([...METRICS, 'colour'].map((metric) => [metric, middle(metric)]))
    figures[name] = { ...figures[name], [palette ? 'palette' : 'network']: row }
    console.error(name, palette ? 'palette' : 'network', row)
  }
}
await record(told, bundle, 'inks', {
  styles: told.styles.split(','),
  ...{ pairs: Number(told.pairs), tests: Number(told.tests) },
  inks: figures,
})
bundle.dispose()
