/** Best and worst of a run. */
import { element, picture, select } from './elements.js'
import { format, metrics, OURS, ranked, shownRuns, tests } from './runs.js'

const EXTREMES = 4

export function makeExtremes(host, compare) {
  if (metrics.length === 0) return () => {}
  const by = select(
    'By',
    metrics.map(({ name, heading }) => [name, heading]),
    update,
  )
  const of = select('of', [], update)
  const found = element('div')

  function refresh() {
    const selected = of.list.selectedIndex
    of.list.replaceChildren(...shownRuns().map((run, i) => element('option', { value: i }, run.label)))
    of.list.selectedIndex =
      selected >= 0
        ? selected
        : Math.max(
            0,
            shownRuns().findIndex(({ label }) => label === OURS),
          )
    update()
  }

  function update() {
    const run = shownRuns()[of.list.selectedIndex]
    const metric = metrics[by.list.selectedIndex]
    if (!run || !metric) return
    const strip = (name, best) => [
      element('h3', {}, `${name} by ${metric.heading}`),
      element(
        'div',
        { class: 'row', role: 'group', 'aria-label': `${name} by ${metric.heading}`, tabindex: 0 },
        ...ranked(run, metric, best)
          .slice(0, EXTREMES)
          .filter((index) => run.files[index] !== null)
          .flatMap((index) => pair(index, run, metric)),
      ),
    ]
    found.replaceChildren(...strip('Best', true), ...strip('Worst', false))
  }

  function pair(index, run, metric) {
    const { stem, sketch } = tests[index]
    const score = format(metric, run.scores[metric.name][index])
    return [
      picture(sketch, `The artist's sketch of ${stem}`, ['Artist, ', stem]),
      picture(run.files[index], `${run.label}, of ${stem}`, [element('b', {}, score), ` ${run.label}`], () =>
        compare(index, run),
      ),
    ]
  }

  host.append(element('div', { class: 'controls' }, by.labelled, of.labelled), found)
  refresh()
  return refresh
}
