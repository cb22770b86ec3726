/** What the results are of, and what is to be borne in mind. */
import { factsOf, type MetricName } from '../../metrics/catalogue.js'
import type { Results } from '../results.js'
import { summarise, takenMetrics } from '../summary.js'
import { controlNotes } from '../table-notes.js'
import { type Html, html } from './html.js'
import { runName } from './run-name.js'

/** Fewer pictures than this say little. */
const FEW = 30

export function configuration(results: Results): Html {
  const { dataset, configuration, bundle, environment, configurationHash } = results
  const { frame, learningPairs, tests } = configuration
  const facts: [string, Html | string][] = [
    ['Data set', `${dataset.name} (${dataset.layout}), split ${dataset.split}, ${dataset.pairs} pairs`],
    ['Sources', dataset.sources.join(', ')],
    ['Learned from', learningPairs.join(', ')],
    ['Drawn', `${tests.length} photos, none of them learned from`],
    [
      'Compared',
      `${frame.crop === 'face' ? 'the face' : 'whole pictures'}, longest side ${frame.longestSide} px, in grey${dataset.normaliseContrast ? ', contrast normalised' : ''}`,
    ],
    [
      'Bundle',
      html`${bundle.name}, ${bundle.resolution} px, weights <code>${bundle.weightsId.slice(0, 12)}</code>`,
    ],
    ['Run by', `silverpoint ${environment.silverpoint}, LibTorch ${environment.libtorch}`],
    [
      'On',
      `${environment.cpu}, ${environment.platform}, ${environment.device}, threads: ${environment.threads}, ${environment.dtype}`,
    ],
    ['Configuration', html`<code>${configurationHash.slice(0, 12)}</code>`],
  ]
  return html`
<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<h3>Settings of each method</h3>
${summarise(results).map(
  ({ label, method, runs, protocol }) => html`
<details><summary>${label} <small>${method}, ${protocol}</small></summary><pre>${JSON.stringify(runs[0]?.settings, null, 2)}</pre></details>`,
)}`
}

export function caveats(results: Results): Html {
  const said = [
    ...protocolCaveats(results),
    ...blankCaveats(results),
    ...controlNotes(summarise(results), takenMetrics(results)).map((note) => html`${note}`),
    ...results.dataset.leftOut.map(({ stem, reason }) => html`Left out: <b>${stem}</b>. ${reason}`),
    ...notesOf(results),
  ]
  return html`<ul>${said.map((one) => html`<li>${one}</li>`)}</ul>`
}

function protocolCaveats({ dataset, configuration }: Results): Html[] {
  const count = configuration.tests.length
  const normaliser = dataset.normaliseContrast
    ? 'Contrast was normalised (grey, contrast x 1.5) of drawings and truths alike, as OS-Sketch is scored.'
    : 'Contrast was not normalised.'
  return [
    html`Each method learns from one pair, or from none; no photo that any learned from is drawn. Methods trained on whole data sets stand in a table of their own.`,
    html`${normaliser} Figures of the other kind may not be compared with these.`,
    ...(count < FEW ? [html`Only ${count} photos were drawn: small differences are chance.`] : []),
    html`CLIP similarities are in the bundle's own CLIP, and no published figure can be compared with them.`,
  ]
}

/** Metrics together that are blank for one reason. */
function blankCaveats({ blank }: Results): Html[] {
  const byReason = new Map<string, string[]>()
  for (const [metric, reason] of Object.entries(blank) as [MetricName, string][])
    byReason.set(reason, [...(byReason.get(reason) ?? []), factsOf(metric).heading])
  return [...byReason].map(([reason, names]) => html`Blank: <b>${names.join(', ')}</b>: ${reason}.`)
}

/** What runs have to say, each once. */
function notesOf({ runs }: Results): Html[] {
  const notes = new Map<string, string[]>()
  for (const run of runs) {
    const name = [run.label, runName(run)].filter(Boolean).join(', ')
    for (const note of run.notes) notes.set(note, [...(notes.get(note) ?? []), name])
  }
  return [...notes].map(([note, names]) => html`${note} <small>(${whose(names, runs.length)})</small>`)
}

const whose = (names: readonly string[], all: number): string =>
  names.length === all ? 'all runs' : names.length > 3 ? `${names.length} runs` : names.join('; ')
