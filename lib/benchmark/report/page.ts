/** The report as one page: what it says stands in its HTML, what is chosen and sorted is its script's. */
import type { Results } from '../results.js'
import { curves } from './curves.js'
import { caveats, configuration } from './facts.js'
import { Html, html, jsonForScript, linkTo } from './html.js'
import { pageData } from './page-data.js'
import { scoreTables, timingTable } from './score-tables.js'

export interface Assets {
  style: string
  script: string
}

const SECTIONS = {
  scores: 'Scores',
  pictures: 'Pictures',
  compare: 'Compare',
  extremes: 'Best and worst',
  'by-picture': 'Scores by picture',
  learning: 'Learning',
  seconds: 'Seconds',
  caveats: 'To bear in mind',
  configuration: 'Configuration',
} as const

export function page(results: Results, { style, script }: Assets): string {
  const title = `Benchmark on ${results.dataset.name}`
  return `<!doctype html>
${
  html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#scores">To the scores</a>
<header>
<h1>${title}</h1>
<p class="lead">${lead(results)}</p>
<nav aria-label="Sections"><ul>${Object.entries(SECTIONS).map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
</header>
<main>
${section('scores', scoreTables(results))}
${section('pictures', html`${learningPairs(results)}<div id="gallery"></div>`)}
${section('compare', html`<div id="comparer"></div>`)}
${section('extremes', html`<div id="best-and-worst"></div>`)}
${section('by-picture', html`<div id="score-table"></div>`)}
${section('learning', curves(results))}
${section('seconds', timingTable(results))}
${section('caveats', caveats(results))}
${section('configuration', configuration(results))}
<noscript><p>Pictures, comparison and sorting need JavaScript; nothing is loaded from a network.</p></noscript>
</main>
<script type="application/json" id="data">${jsonForScript(pageData(results))}</script>
<script type="module">${new Html(script)}</script>
</body>
</html>
`.text
}`
}

const section = (id: keyof typeof SECTIONS, content: Html): Html => html`
<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${SECTIONS[id]}</h2>
${content}
</section>`

function lead({ runs, configuration, bundle, environment }: Results): string {
  const methods = new Set(runs.map(({ method }) => method)).size
  const { learningPairs, tests } = configuration
  return `${count(methods, 'method')}, ${count(learningPairs.length, 'pair')} learned from, ${count(tests.length, 'photo')} drawn by each; bundle ${bundle.name} at ${bundle.resolution} px on ${environment.device}.`
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`

/** The artist's pairs that were learned from. */
function learningPairs({ learning }: Results): Html {
  return html`
<h3>Learned from</h3>
<div class="row">${learning.map(({ stem, photo, sketch }) => [
    html`<figure><img src="${linkTo(photo)}" alt="Photo ${stem}" loading="lazy"><figcaption>${stem}</figcaption></figure>`,
    html`<figure><img src="${linkTo(sketch)}" alt="The artist's sketch of ${stem}" loading="lazy"><figcaption>its sketch</figcaption></figure>`,
  ])}</div>`
}
