// The figures of the embedded bundle as tables, from bench/results/embedded.json: prints them, and with --write puts them between the
// <!-- figures --> marks of models/embedded/README.md and of the README, which has those of real drawings only.
//
//   node bench/embedded/table.mjs [--write]
import { readFileSync } from 'node:fs'
import { putMarked } from '../lib/marked.mjs'
import { resultsOf } from './record.mjs'

const { cost, texts, oneShot, choice, identity } = JSON.parse(readFileSync(resultsOf('embedded'), 'utf8'))

const LABELS = {
  ours: 'learned, with the optional text',
  'ours-no-hybrid': 'learned, alone',
  'ours-no-edit': 'without the edit losses',
  'ours-pez': "begun from PEZ's text",
  'ours-random': 'begun from random words',
  'best-text': 'best plain text, by each metric',
  'optional-only': 'the optional text alone',
  grey: 'grey photo',
  'grey-fitted': 'grey photo, contrast fitted on the pair',
  'grey-blurred': 'grey photo, blurred',
}
const METRICS = { ssim: 'SSIM up', fsim: 'FSIM up', scoot: 'SCOOT up', strokes: 'strokes down' }
const percent = (share) => `${Math.round(100 * share)} %`
const digits = (metric) => (metric === 'strokes' ? 4 : 3)

function cell({ mean, spread }, metric) {
  const value = mean.toFixed(digits(metric))
  return spread ? `${value} ± ${spread.toFixed(digits(metric))}` : value
}

const drawings = Object.entries(oneShot.styles).flatMap(([style, { pairs, drawn, table }]) => [
  `**${style}**: learned from each of ${pairs} single pairs, ${drawn} others drawn; mean and spread over the pairs`,
  '',
  `| | ${Object.values(METRICS).join(' | ')} |`,
  '| --- | --- | --- | --- | --- |',
  ...Object.entries(table).map(
    ([name, row]) =>
      `| ${LABELS[name]} | ${Object.keys(METRICS)
        .map((metric) => cell(row[metric], metric))
        .join(' | ')} |`,
  ),
  '',
])

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
  `${cost.cpu}, ${cost.threads} threads${cost.busyBefore > 0.1 ? ', beside other work' : ''}.`,
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
  `The best text is the best of ${oneShot.textsTried}, chosen by each metric on the drawings themselves.`,
  '',
  '### Whose manner, and whose face',
  `Forced choice among ${choice.artists} artists, ${choice.sketches} sketches: ${percent(choice.strokes)} right by stroke statistics${choice.eye === null ? '' : `, ${percent(choice.eye)} by eye`}.`,
  `Rank-1 among ${Object.values(identity.styles)[0].faces} faces: ${Object.entries(identity.styles)
    .map(([style, { rankOne, counted }]) => `${style} ${percent(rankOne)} of ${counted} that are no copy`)
    .join(', ')}.`,
].join('\n')

console.log(whole)
if (process.argv.includes('--write')) {
  putMarked('models/embedded/README.md', 'figures', whole)
  putMarked('README.md', 'figures', drawings.join('\n').trim())
}
