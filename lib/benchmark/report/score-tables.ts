/** What each method comes to: its scores, and the seconds they took. */
import { factsOf, formatScore, type MetricName } from '../../metrics/catalogue.js'
import { paperTable } from '../paper.js'
import type { Results } from '../results.js'
import { significanceTable } from '../significance-table.js'
import { isBetter, type MethodSummary, type Spread, summarise, takenMetrics } from '../summary.js'
import type { Cell, Table } from '../table.js'
import { type Html, html } from './html.js'

/** One-shot methods and those that learn nothing; in a table of their own those trained on whole data sets. */
export function scoreTables(results: Results): Html {
  const all = summarise(results)
  const sources = Object.keys(results.runs[0]?.setBySource ?? {})
  return html`
${tablesOf(all, takenMetrics(results))}
${sources.map(
  (source) => html`
<details><summary>Of ${source} alone</summary>${tablesOf(summarise(results, source), takenMetrics(results))}</details>`,
)}
<p class="note">Means of all pictures${spreadNote(all)}. <b>Bold</b>: the best of its column. ↑ higher is better, ↓ lower is.</p>
${further(results).map(plainTable)}`
}

/** Whether differences are more than chance, and what the paper prints. */
function further(results: Results): Table[] {
  const oneShot = { ...results, runs: results.runs.filter(({ protocol }) => protocol !== 'full-data') }
  const tables = [significanceTable(oneShot), paperTable(results)]
  return tables.filter((table) => table !== undefined).filter(({ rows }) => rows.length > 0)
}

function plainTable({ title, head, rows, notes }: Table): Html {
  const mark = ({ text, rank }: Cell) => (rank === 1 ? html`<b>${text}</b>` : text)
  return html`
<h3>${title}</h3>
<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table>
<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({ label, cells }) => html`
<tr><th scope="row">${label}</th>${cells.map((cell) => html`<td>${mark(cell)}</td>`)}</tr>`,
  )}
</tbody></table></div>
${notes.map((note) => html`<p class="note">${note}</p>`)}`
}

function tablesOf(methods: readonly MethodSummary[], metrics: readonly MetricName[]): Html {
  const trained = methods.filter(({ protocol }) => protocol === 'full-data')
  const others = methods.filter(({ protocol }) => protocol !== 'full-data')
  return html`
${others.length > 0 && scoreTable('Learned from one pair, or from none', others, metrics)}
${trained.length > 0 && scoreTable('Trained on a whole data set: not comparable with the above', trained, metrics)}`
}

export function timingTable(results: Results): Html {
  const rows = summarise(results).filter(({ timings }) => Object.keys(timings).length > 0)
  const parts = ['load', 'pez', 'learning', 'inference'] as const
  const heads = { load: 'Opening', pez: 'Finding a text', learning: 'Learning', inference: 'One picture' }
  return html`
<div class="scroll" tabindex="0" role="region" aria-label="Seconds"><table>
<caption>Means over learning pairs and seeds; the bundle is opened once for all</caption>
<thead><tr><th scope="col">Method</th>${parts.map((part) => html`<th scope="col">${heads[part]}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({ label, timings }) => html`
<tr><th scope="row">${label}</th>${parts.map((part) => html`<td>${secondsOf(timings[part])}</td>`)}</tr>`,
  )}
</tbody></table></div>`
}

function scoreTable(
  caption: string,
  methods: readonly MethodSummary[],
  metrics: readonly MetricName[],
): Html {
  return html`
<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="sortable">
<caption>${caption}</caption>
<thead><tr><th scope="col">Method</th>${metrics.map(heading)}</tr></thead>
<tbody>${methods.map(
    ({ label, method, scores }) => html`
<tr><th scope="row" title="${method}">${label}</th>${metrics.map((metric) => cell(metric, scores[metric], bestOf(metric, methods)))}</tr>`,
  )}
</tbody></table></div>`
}

function heading(metric: MetricName): Html {
  const { heading, better, unit } = factsOf(metric)
  const arrow = better === 'higher' ? '↑' : '↓'
  return html`<th scope="col" aria-label="${heading}, ${better} is better">${heading} ${arrow}${unit && html` <small>${unit}</small>`}</th>`
}

function cell(metric: MetricName, spread: Spread | undefined, best: number | undefined): Html {
  if (!spread) return html`<td data-value="">–</td>`
  const mean = formatScore(metric, spread.mean)
  const shown = spread.mean === best ? html`<b>${mean}</b>` : mean
  const deviation =
    spread.deviation !== null && html` <small>± ${formatScore(metric, spread.deviation)}</small>`
  return html`<td data-value="${spread.mean}">${shown}${deviation}</td>`
}

function bestOf(metric: MetricName, methods: readonly MethodSummary[]): number | undefined {
  const means = methods.flatMap(({ scores }) => scores[metric]?.mean ?? [])
  return means.length === 0 ? undefined : means.reduce((a, b) => (isBetter(metric, b, a) ? b : a))
}

function spreadNote(methods: readonly MethodSummary[]): string {
  const several = methods.some(({ scores }) =>
    Object.values(scores).some(({ deviation }) => deviation !== null),
  )
  return several ? '; ± the standard deviation over learning pairs and seeds' : ''
}

function secondsOf(spread: Spread | undefined): string {
  if (!spread) return '–'
  return spread.mean < 0.01 ? '< 0.01' : spread.mean.toPrecision(3)
}
