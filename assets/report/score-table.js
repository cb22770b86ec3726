/** Scores by picture. */
import { element, select } from './elements.js'
import { arrow, format, metrics, OURS, runs, tests, titleOf } from './runs.js'
import { makeSortable, resort } from './sortable.js'

export function makeScoreTable(host, compare) {
  const of = select(
    'Run',
    runs.map((run, i) => [i, titleOf(run)]),
    fill,
  )
  const body = element('tbody')
  const heads = [
    element('th', { scope: 'col' }, 'Picture'),
    ...metrics.map((metric) => element('th', { scope: 'col' }, `${metric.heading} ${arrow(metric)}`)),
  ]
  const table = element(
    'table',
    {},
    element('caption', {}, 'Sorted by a click on a heading'),
    element('thead', {}, element('tr', {}, ...heads)),
    body,
  )

  function fill() {
    const run = runs[of.list.selectedIndex]
    body.replaceChildren(
      ...tests.map(({ stem }, index) => {
        const name = element(
          'button',
          { type: 'button', class: 'link', click: () => compare(index, run) },
          stem,
        )
        const cells = metrics.map((metric) => {
          const value = run.scores[metric.name][index]
          return element('td', { 'data-value': value ?? '' }, format(metric, value))
        })
        return element('tr', {}, element('th', { scope: 'row', 'data-value': stem }, name), ...cells)
      }),
    )
    resort(table)
  }

  host.append(
    element('div', { class: 'controls' }, of.labelled),
    element(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Scores by picture' },
      table,
    ),
  )
  of.list.selectedIndex = Math.max(
    0,
    runs.findIndex(({ label }) => label === OURS),
  )
  makeSortable(table)
  fill()
}
