/** Two pictures over one another. */
import { element, select } from './elements.js'
import { format, metrics, OURS, shownRuns, tests, titleOf } from './runs.js'

export function makeComparer(host) {
  const test = select(
    'Picture',
    tests.map(({ stem }, i) => [i, stem]),
    update,
  )
  const left = select('Left', [], update)
  const right = select('Right', [], update)
  const [below, over] = [element('img', {}), element('img', { class: 'over' })]
  const range = element('input', {
    type: 'range',
    min: 0,
    max: 100,
    step: 1,
    value: 50,
    'aria-label': 'How much of the left picture is shown, in percent',
    input: () => frame.style.setProperty('--at', `${range.value}%`),
  })
  const frame = element('div', { class: 'comparer' }, below, over, range)
  const [nameLeft, nameRight] = [element('small'), element('small')]
  const scores = element('p', { class: 'note', 'aria-live': 'polite' })
  const step = (by) => () => {
    test.list.selectedIndex = (test.list.selectedIndex + by + tests.length) % tests.length
    update()
  }
  const button = (name, by) => element('button', { type: 'button', class: 'button', click: step(by) }, name)
  let sides = []

  /** @param other a run to choose from beside those that are shown. */
  function refresh(other) {
    const before = [left.list.value, right.list.value]
    const ofRun = (name, run) => ({ name, run, of: (index) => run.files[index] })
    sides = [
      { name: 'Photo', of: (index) => tests[index].photo },
      { name: 'Artist', of: (index) => tests[index].sketch },
      ...shownRuns().map((run) => ofRun(run.label, run)),
      ...(other ? [ofRun(titleOf(other), other)] : []),
    ]
    for (const [i, { list }] of [left, right].entries()) {
      list.replaceChildren(...sides.map(({ name }) => element('option', { value: name }, name)))
      list.value = sides.some(({ name }) => name === before[i]) ? before[i] : usual(i)
    }
    update()
  }

  /** The artist's on the left, ours on the right, where it is there. */
  const usual = (i) => (sides.find(({ run }) => i > 0 && run?.label === OURS) ?? sides[i + 1]).name

  function update() {
    const index = test.list.selectedIndex
    const [a, b] = [left, right].map(({ list }) => sides[list.selectedIndex])
    for (const [image, side, label] of [
      [over, a, nameLeft],
      [below, b, nameRight],
    ]) {
      image.src = side.of(index) ?? ''
      image.alt = `${side.name}, ${tests[index].stem}`
      label.textContent = side.name
    }
    const said = [b, a]
      .filter(({ run }) => run)
      .map(({ name, run }) => {
        const values = metrics.map(
          (metric) => `${metric.heading} ${format(metric, run.scores[metric.name][index])}`,
        )
        return `${name}: ${values.join(' · ')}`
      })
    scores.replaceChildren(...said.flatMap((line, i) => (i > 0 ? [element('br'), line] : [line])))
  }

  host.append(
    element(
      'div',
      { class: 'controls' },
      test.labelled,
      button('Previous', -1),
      button('Next', 1),
      left.labelled,
      right.labelled,
    ),
    frame,
    element('div', { class: 'sides' }, nameLeft, nameRight),
    scores,
  )
  refresh()
  return {
    refresh: () => refresh(),
    open(index, run) {
      if (!shownRuns().includes(run)) refresh(run)
      test.list.selectedIndex = index
      right.list.selectedIndex = sides.findIndex((side) => side.run === run)
      update()
      document.getElementById('compare').scrollIntoView()
      range.focus({ preventScroll: true })
    },
  }
}
