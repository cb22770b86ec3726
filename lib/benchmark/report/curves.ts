/** How learning went: a run's objective and its terms. */
import { chart } from '../../data/chart.js'
import type { Results, Run } from '../results.js'
import { Html, html } from './html.js'
import { runName } from './run-name.js'

/** Runs that are shown; their curves are most of a page's size. */
const MOST = 12
const BOX = { left: 0, top: 0, width: 340, height: 200 }
const CURVES = [
  { key: 'objective', title: 'Objective', colour: '#7a7a7a' },
  { key: 'reconstruction', title: 'Reconstruction', colour: '#3b7dbd' },
  { key: 'edit', title: 'Edit direction', colour: '#c0652a' },
  { key: 'drawing', title: 'Drawing', colour: '#4f8a5b' },
] as const

export function curves({ runs }: Results): Html {
  const learned = runs.filter(({ losses }) => losses.length > 0)
  if (learned.length === 0) return html`<p>Nothing was learned step by step.</p>`
  return html`
${learned.slice(0, MOST).map(curvesOf)}
${learned.length > MOST && html`<p class="note">The losses of ${learned.length - MOST} more runs are in results.json.</p>`}`
}

function curvesOf(run: Run): Html {
  return html`
<h3>${run.label} <small>${runName(run)}</small></h3>
${run.style && html`<p class="note">From “${run.style.text}”; kept: step ${run.style.step}.</p>`}
<div class="charts">${CURVES.filter(({ key }) => run.losses[0]?.[key] !== undefined).map((curve) => {
    const points = run.losses.map((losses) => ({ x: losses.step, y: losses[curve.key] as number }))
    const drawn = chart({ ...curve, xName: 'step', points }, BOX).join('')
    const [first, last] = [points[0]?.y, points.at(-1)?.y].map((value) => value?.toPrecision(3))
    const said = `${curve.title} of ${run.label}: from ${first} to ${last}`
    return html`
<svg viewBox="0 0 ${BOX.width} ${BOX.height}" role="img" aria-label="${said}">${new Html(drawn)}</svg>`
  })}
</div>`
}
