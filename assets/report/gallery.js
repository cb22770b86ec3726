/** Pictures side by side. */
import { element, picture, select, text } from './elements.js'
import { chosen, format, metrics, pairs, ranked, seeds, shownRuns, tests } from './runs.js'

/** Rows of pictures shown at once. */
const STEP = 12

export function makeGallery(host, compare) {
  const rows = element('div', { class: 'rows' })
  const more = element('button', { type: 'button', class: 'button', click: () => show(shown + STEP) })
  let shown = 0
  let order = tests.map((_, index) => index)
  const choices = [
    ['', 'name'],
    ...metrics.flatMap(({ name, heading }) => [
      [`${name} worst`, `${heading}, worst first`],
      [`${name} best`, `${heading}, best first`],
    ]),
  ]
  const by = select('Order', choices, sort)
  const of = select('of', [], sort)
  const controls = element('div', { class: 'controls' })
  const lists = []
  for (const [key, name, values] of [
    ['pair', 'Learned from', pairs],
    ['seed', 'Seed', seeds],
  ]) {
    if (values.length < 2) continue
    const choose = (value) => {
      chosen[key] = values[Number(value)]
      document.dispatchEvent(new Event('chosen'))
    }
    const { list, labelled } = select(
      name,
      values.map((value, i) => [i, String(value)]),
      choose,
    )
    lists.push(() => {
      list.selectedIndex = values.indexOf(chosen[key])
    })
    controls.append(labelled)
  }
  if (metrics.length > 0) controls.append(by.labelled, of.labelled)

  function refresh() {
    for (const follow of lists) follow()
    const selected = of.list.selectedIndex
    of.list.replaceChildren(...shownRuns().map((run, i) => element('option', { value: i }, run.label)))
    of.list.selectedIndex = Math.max(0, selected)
    sort()
  }

  function sort() {
    const [name, which] = by.list.value.split(' ')
    const metric = metrics.find((one) => one.name === name)
    const run = shownRuns()[of.list.selectedIndex]
    of.list.disabled = !metric
    order = metric && run ? ranked(run, metric, which === 'best') : tests.map((_, index) => index)
    rows.replaceChildren()
    shown = 0
    show(STEP)
  }

  function show(count) {
    for (const index of order.slice(shown, count)) rows.append(...row(index))
    shown = Math.min(count, tests.length)
    more.hidden = shown >= tests.length
    more.textContent = `Show ${Math.min(STEP, tests.length - shown)} more of ${tests.length}`
  }

  function row(index) {
    const test = tests[index]
    const first = metrics.find(({ name }) => name === by.list.value.split(' ')[0]) ?? metrics[0]
    const figures = shownRuns().map((run) => {
      const file = run.files[index]
      if (file === null) return undefined
      const score = first && run.scores[first.name][index]
      const caption = [element('b', {}, run.label)]
      if (first) caption.push(element('br'), text(`${first.heading} ${format(first, score)}`))
      return picture(file, `${run.label}, of ${test.stem}`, caption, () => compare(index, run))
    })
    return [
      element('h3', {}, test.stem, text(' '), test.source !== test.stem && element('small', {}, test.source)),
      element(
        'div',
        { class: 'row', role: 'group', 'aria-label': test.stem, tabindex: 0 },
        picture(test.photo, `Photo ${test.stem}`, ['Photo']),
        picture(test.sketch, `The artist's sketch of ${test.stem}`, ['Artist']),
        ...figures.filter(Boolean),
      ),
    ]
  }

  host.append(controls, rows, more)
  refresh()
  return refresh
}
