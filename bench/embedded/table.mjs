// The figures of the embedded bundle as tables, from bench/results/embedded.json, and beside them those of the run of a smaller budget
// (quarter.json, by one-shot.mjs --bundle FOLDER --name quarter): prints them, and with --write puts them between the
// <!-- figures --> marks of models/embedded/README.md and of the README, which has those of real drawings only.
//
//   node bench/embedded/table.mjs [--write]
import { readFileSync } from 'node:fs'
import { mean } from '../../dist/benchmark/statistics.js'
import { putMarked } from '../lib/marked.mjs'
import { resultsOf } from './record.mjs'

const read = (name) => JSON.parse(readFileSync(resultsOf(name), 'utf8'))
const { cost, texts, oneShot, chosen, choice, identity, guidance, samplers, inks, long } = read('embedded')
const smaller = read('quarter').oneShot.styles

const LABELS = {
  ours: 'learned, with the optional text',
  'ours-no-hybrid': 'learned, alone',
  'ours-no-edit': 'without the edit losses',
  'ours-pez': "begun from PEZ's text",
  'ours-random': 'begun from random words',
  visii: "VISII's recipe, with the optional text",
  chosen: 'the text it began from, which the pair chose',
  'best-text': 'best plain text, by each metric',
  'optional-only': 'the optional text alone',
  grey: 'grey photo',
  'grey-fitted': 'grey photo, contrast fitted on the pair',
  'grey-blurred': 'grey photo, blurred',
}
const METRICS = { ssim: 'SSIM up', fsim: 'FSIM up', scoot: 'SCOOT up', strokes: 'strokes down' }
/** Of figures from before what is drawn by now. */
const drawnBy = ({ sampler, steps }) =>
  sampler === oneShot.sampler && steps === oneShot.steps ? [] : [`Drawn by ${sampler} in ${steps} steps.`, '']
const percent = (share) => `${Math.round(100 * share)} %`
const digits = (metric) => (metric === 'strokes' ? 4 : 3)

const figuresOf = (row) =>
  Object.keys(METRICS)
    .map((metric) => row[metric].toFixed(digits(metric)))
    .join(' | ')

function cell({ mean, spread }, metric) {
  const value = mean.toFixed(digits(metric))
  return spread ? `${value} ± ${spread.toFixed(digits(metric))}` : value
}

/** What was learned first, and what it began from beside it. */
const inOrder = (style, { ours, 'ours-no-hybrid': alone, ...others }) =>
  Object.entries({ ours, 'ours-no-hybrid': alone, chosen: chosen.styles[style], ...others })

const drawings = Object.entries(oneShot.styles).flatMap(([style, { pairs, drawn, table }]) => [
  `**${style}**: learned from each of ${pairs} single pairs, ${drawn} others drawn; mean and spread over the pairs`,
  '',
  `| | ${Object.values(METRICS).join(' | ')} |`,
  '| --- | --- | --- | --- | --- |',
  ...inOrder(style, table).map(
    ([name, row]) =>
      `| ${LABELS[name]} | ${Object.keys(METRICS)
        .map((metric) => cell(row[metric], metric))
        .join(' | ')} |`,
  ),
  '',
])

/** A figure of the smaller run, and how far it is from the bundle's. */
function beside({ mean }, { mean: whole }, metric) {
  const change = Math.round(100 * (mean / whole - 1))
  return `${mean.toFixed(digits(metric))} (${change < 0 ? '-' : '+'}${Math.abs(change)} %)`
}

const budget = Object.entries(smaller).flatMap(([style, { table }]) =>
  Object.entries(table).map(
    ([name, row]) =>
      `| ${style}, ${LABELS[name]} | ${Object.keys(METRICS)
        .map((metric) => beside(row[metric], oneShot.styles[style].table[name][metric], metric))
        .join(' | ')} |`,
  ),
)

/** Means over the pairs that all were learned from, in brackets in how many of them it is better than the default. */
const LONG = {
  ours: 'default, 40 steps',
  'paper-1000': "the paper's, first 1,000 steps",
  'paper-12000': "the paper's, 12,000 steps",
}
const longer = Object.entries(long.styles).flatMap(([style, byPair]) => {
  const pairs = Object.values(byPair)
  const better = (pair, name, metric) => {
    const ahead = pair[name][metric] - pair.ours[metric]
    return metric === 'strokes' ? ahead < 0 : ahead > 0
  }
  const figure = (name, metric) => {
    const middle = mean(pairs.map((pair) => pair[name][metric]))
    const count = pairs.filter((pair) => better(pair, name, metric)).length
    return `${middle.toFixed(digits(metric))}${name === 'ours' ? '' : ` (${count} of ${pairs.length})`}`
  }
  return Object.entries(LONG).map(
    ([name, label]) =>
      `| ${style}, ${label} | ${Object.keys(METRICS)
        .map((metric) => figure(name, metric))
        .join(' | ')} |`,
  )
})

const inked = Object.entries(inks.inks).flatMap(([ink, rows]) =>
  [
    ['palette', 'kept in the style'],
    ['network', 'drawn by the network'],
  ].map(
    ([name, label]) => `| ${ink}, ${label} | ${rows[name].colour.toFixed(3)} | ${figuresOf(rows[name])} |`,
  ),
)

const sampled = Object.entries(samplers.styles).flatMap(([style, rows]) =>
  rows.map((row) => `| ${style}, ${row.sampler}, ${row.steps} | ${figuresOf(row)} |`),
)

const judged = ({ families, faces, ssim, distance }) =>
  `| ${families.length} families, ${faces} faces | ${percent(ssim.drawn)} (${percent(ssim.rendered)}) | ${percent(distance.drawn)} (${percent(distance.rendered)}) |`

const whole = [
  '| | |',
  '| --- | --- |',
  `| size | ${cost.megabytes} MB |`,
  `| loads in | ${cost.seconds.load} s |`,
  `| a style from one pair, default recipe | ${cost.seconds.learn} s |`,
  `| one photo | ${cost.seconds.draw} s |`,
  '',
  `${cost.cpu}, ${cost.threads} threads, ${cost.dtype}${cost.busyBefore > 0.1 ? ', beside other work' : ''}.`,
  '',
  '### Plain texts',
  "Held-out faces drawn by an instruction, nearest to its family's renderings; in brackets one more rendering of the same words, which",
  'is what can be told apart at all:',
  '',
  '| | by SSIM | by distance in colour |',
  '| --- | --- | --- |',
  judged(texts.distinct),
  judged(texts.all),
  '',
  '### Real drawings',
  ...drawings,
  `The text it began from is the one that the pair itself chose, of ${oneShot.textsTried} and PEZ's: what one has without learning. The`,
  'best text was chosen by each metric on the drawings that it is judged on.',
  '',
  '### Samplers and steps',
  'The same learned styles, joined with the optional text, drawn otherwise (means over the pairs). Their texts were chosen by what the',
  'default draws:',
  '',
  `| | ${Object.values(METRICS).join(' | ')} |`,
  '| --- | --- | --- | --- | --- |',
  ...sampled,
  '',
  '### Other inks and papers',
  `The same artists' sketches as if in other colours (${inks.styles.join(', ')}; ${inks.pairs} single pairs of each, ${inks.tests} others drawn). Colours apart: the`,
  'mean distance of red less green and green less blue, from 0 to 1:',
  '',
  `| | colours apart, down | ${Object.values(METRICS).join(' | ')} |`,
  '| --- | --- | --- | --- | --- | --- |',
  ...inked,
  '',
  ...drawnBy(inks),
  "### Beside the paper's recipe at its full length",
  'Each learned from the same single pairs, the 19 others drawn, joined with the optional text; in brackets in how many of the pairs it is',
  'better than the default:',
  '',
  `| | ${Object.values(METRICS).join(' | ')} |`,
  '| --- | --- | --- | --- | --- |',
  ...longer,
  '',
  ...drawnBy(long),
  '### A smaller budget, another seed',
  'Of an earlier network (a codec of 8 channels, text added, not scaling; no manner; the decoder and the recipe of then), trained from random weights with a sixth of',
  'the steps and another seed; in brackets how far its figures are from the above, which the changes since account for, too:',
  '',
  `| | ${Object.values(METRICS).join(' | ')} |`,
  '| --- | --- | --- | --- | --- |',
  ...budget,
  '',
  '### Whose manner, and whose face',
  `Forced choice among ${choice.artists} artists, ${choice.sketches} sketches: ${percent(choice.strokes)} right by stroke statistics (of the artists' own ${choice.drawings.count} drawings ${percent(choice.drawings.strokes)})${choice.eye === null ? '' : `, ${percent(choice.eye)} by eye`}.`,
  '',
  `Rank-1 among ${identity.faces} faces, of sketches that are no copies; the artist's own drawings among the same:`,
  '',
  '| | each pair | mean | the artist |',
  '| --- | --- | --- | --- |',
  ...Object.entries(identity.styles).map(
    ([style, { pairs, rankOne, artist }]) =>
      `| ${style} | ${pairs.map((one) => percent(one.rankOne)).join(', ')} | ${percent(rankOne)} | ${percent(artist.rankOne)} of ${artist.drawings} |`,
  ),
  '',
  ...drawnBy(identity),
  'The face is kept more by `--image-guidance`, in thrice the time (three branches in the place of one; with `--guidance-stop 0.5` twice), and at a price (means over the pairs):',
  '',
  `| | image guidance | rank-1 | ${Object.values(METRICS).join(' | ')} |`,
  '| --- | --- | --- | --- | --- | --- | --- |',
  ...Object.entries(guidance.styles).flatMap(([style, rows]) =>
    rows.map(
      (row) =>
        `| ${style} | ${row.image}${row.stop < 1 ? `, stop ${row.stop}` : ''} | ${percent(row.rankOne)} | ${figuresOf(row)} |`,
    ),
  ),
  '',
  ...drawnBy(guidance),
]
  .join('\n')
  .trim()

console.log(whole)
if (process.argv.includes('--write')) {
  putMarked('models/embedded/README.md', 'figures', whole)
  putMarked('README.md', 'figures', drawings.join('\n').trim())
}
