/** The report's page: what is chosen, sorted and laid over one another. Runs from a file, without modules or a network. */
;(() => {
  const data = JSON.parse(document.getElementById('data').textContent)
  const { metrics, pairs, seeds, tests, runs } = data
  if (tests.length === 0 || runs.length === 0) return

  /** Rows of pictures shown at once. */
  const STEP = 12
  const EXTREMES = 4
  /** The method that is shown first. */
  const OURS = 'Ours'
  /** The learning pair and seed whose pictures are shown. */
  const chosen = { pair: pairs[0] ?? null, seed: seeds[0] ?? null }

  // --- Elements ---

  const text = (value) => document.createTextNode(value)

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name)
    for (const [key, value] of Object.entries(attributes)) {
      if (typeof value === 'function') made.addEventListener(key, value)
      else if (value !== undefined && value !== false) made.setAttribute(key, value)
    }
    made.append(...children.filter((child) => child !== undefined && child !== null && child !== false))
    return made
  }

  /** options: [value, name] each. */
  function select(name, options, onChange) {
    const list = element('select', { change: () => onChange(list.value) })
    for (const [value, shown] of options) list.append(element('option', { value }, shown))
    return { list, labelled: element('label', {}, name, list) }
  }

  const digits = (metric) => (metric.name === 'psnr' ? 2 : 4)
  const format = (metric, value) => (value === null ? '–' : value.toFixed(digits(metric)))
  const arrow = ({ better }) => (better === 'higher' ? '↑' : '↓')
  const titleOf = (run) => (run.name ? `${run.label} (${run.name})` : run.label)

  /** One run a method: that of the chosen pair and seed, where it has several. */
  const shownRuns = () =>
    runs.filter(
      (run) =>
        run.shown &&
        (run.pair === null || run.pair === chosen.pair) &&
        (run.seed === null || run.seed === chosen.seed),
    )

  function picture(src, alt, caption, onOpen) {
    const image = element('img', { src, alt, loading: 'lazy' })
    const shown = onOpen
      ? element('button', { type: 'button', 'aria-label': `Compare: ${alt}`, click: onOpen }, image)
      : image
    return element('figure', {}, shown, element('figcaption', {}, ...caption))
  }

  /** Worst of a run's pictures first, or best; those without a score last. */
  function ranked(run, metric, best) {
    const sign = (metric.better === 'higher') === best ? -1 : 1
    const values = run.scores[metric.name]
    return tests
      .map((_, index) => index)
      .sort((a, b) => {
        if (values[a] === null || values[b] === null) return (values[a] === null) - (values[b] === null)
        return sign * (values[a] - values[b])
      })
  }

  // --- Pictures side by side ---

  function makeGallery(host, compare) {
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
        element(
          'h3',
          {},
          test.stem,
          text(' '),
          test.source !== test.stem && element('small', {}, test.source),
        ),
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

  // --- Two pictures over one another ---

  function makeComparer(host) {
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

  // --- Best and worst ---

  function makeExtremes(host, compare) {
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
        picture(
          run.files[index],
          `${run.label}, of ${stem}`,
          [element('b', {}, score), ` ${run.label}`],
          () => compare(index, run),
        ),
      ]
    }

    host.append(element('div', { class: 'controls' }, by.labelled, of.labelled), found)
    refresh()
    return refresh
  }

  // --- Scores by picture ---

  function makeScoreTable(host, compare) {
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

  // --- Tables that sort ---

  function makeSortable(table) {
    for (const head of table.tHead.rows[0].cells) {
      const button = element('button', { type: 'button', click: () => turn(table, head) })
      button.append(...head.childNodes)
      head.append(button)
    }
  }

  function turn(table, head) {
    const next = head.getAttribute('aria-sort') === 'descending' ? 'ascending' : 'descending'
    for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort')
    head.setAttribute('aria-sort', next)
    resort(table)
  }

  const collator = new Intl.Collator('en', { numeric: true })

  /** What has no value stays below. */
  function resort(table) {
    const heads = [...table.tHead.rows[0].cells]
    const column = heads.findIndex((head) => head.hasAttribute('aria-sort'))
    if (column < 0) return
    const sign = heads[column].getAttribute('aria-sort') === 'ascending' ? 1 : -1
    const sortValue = ({ cells }) => cells[column].dataset.value ?? cells[column].textContent
    const body = table.tBodies[0]
    const rows = [...body.rows].sort((a, b) => {
      const [first, second] = [sortValue(a), sortValue(b)]
      if (first === '' || second === '') return (first === '') - (second === '')
      const numbers = [Number(first), Number(second)]
      return sign * (numbers.some(Number.isNaN) ? collator.compare(first, second) : numbers[0] - numbers[1])
    })
    body.append(...rows)
  }

  // --- The page ---

  for (const table of document.querySelectorAll('table.sortable')) makeSortable(table)
  const comparer = makeComparer(document.getElementById('comparer'))
  /** A run of another pair or seed is chosen before it is compared. */
  const compare = (index, run) => {
    const other = { pair: run.pair ?? chosen.pair, seed: run.seed ?? chosen.seed }
    if (other.pair !== chosen.pair || other.seed !== chosen.seed) {
      Object.assign(chosen, other)
      document.dispatchEvent(new Event('chosen'))
    }
    comparer.open(index, run)
  }
  const refreshGallery = makeGallery(document.getElementById('gallery'), compare)
  const refreshExtremes = makeExtremes(document.getElementById('best-and-worst'), compare)
  makeScoreTable(document.getElementById('score-table'), compare)
  document.addEventListener('chosen', () => {
    comparer.refresh()
    refreshGallery()
    refreshExtremes()
  })
})()
