/** Charts of what several values of a setting come to, as SVG. */
import { CHART_TITLE, chartArea, drawAxes, nameAxis, numberAxis, place } from './axes.js'
import type { Box } from './page.js'
import { shorten, textAt } from './svg.js'

export interface DotPlot {
  title: string
  xName: string
  colour: string
  /** From left to right; each with the values found for it. */
  groups: readonly { name: string; values: readonly number[] }[]
}

/** Every value a dot, and each group's mean, joined by a line where the groups have an order. */
export function dotPlot(
  { title, xName, colour, groups }: DotPlot,
  box: Box,
  { ordered }: { ordered: boolean },
): string[] {
  const area = chartArea(box)
  const room = area.width / groups.length
  const names = groups.map(({ name }) => shorten(name, room, 11))
  const x = nameAxis(names, area.left, area.left + area.width)
  const y = numberAxis(
    groups.flatMap(({ values }) => values),
    area.top + area.height,
    area.top,
    false,
  )
  const known = groups.flatMap(({ values }, i) => (values.length > 0 ? [{ at: x.at(i), values }] : []))
  const means = known.map(({ at, values }) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return { at, height: y.at(mean) }
  })
  const dots = known.flatMap(({ at, values }) =>
    values.map((value) => circle(at, y.at(value), 3, `fill="${colour}" fill-opacity="0.3"`)),
  )
  const line = means.map(({ at, height }) => `${place(at)},${place(height)}`).join(' ')
  return [
    textAt(area.left, box.top + 14, title, CHART_TITLE),
    ...drawAxes(x, y, xName, area),
    ...dots,
    ...(ordered ? [`<polyline fill="none" stroke="${colour}" stroke-width="2" points="${line}"/>`] : []),
    ...means.map(({ at, height }) => circle(at, height, 4.5, `fill="${colour}"`)),
  ]
}

const circle = (x: number, y: number, radius: number, style: string): string =>
  `<circle cx="${place(x)}" cy="${place(y)}" r="${radius}" ${style}/>`
