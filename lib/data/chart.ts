/** Line charts as SVG. */
import { CHART_TITLE, chartArea, drawAxes, NUMBERS, numberAxis, place } from './axes.js'
import type { Box } from './page.js'
import { textAt } from './svg.js'

export interface Point {
  x: number
  y: number
}

export interface Curve {
  title: string
  /** What x counts, in whole numbers. */
  xName: string
  colour: string
  points: readonly Point[]
}

/** The share of a curve that its mean at a point is taken over. */
const WINDOW = 1 / 20

/** A curve with its axes: every value in pale colour, and their running mean. Values that are not finite are left out. */
export function chart({ title, xName, colour, points }: Curve, box: Box): string[] {
  const area = chartArea(box)
  const right = area.left + area.width
  const bottom = area.top + area.height
  const heading = textAt(area.left, box.top + 14, title, CHART_TITLE)
  const finite = points.filter(({ y }) => Number.isFinite(y))
  if (finite.length === 0) return [heading, textAt(area.left, area.top + 20, `no ${xName}s`, NUMBERS)]
  const xs = finite.map(({ x }) => x)
  const ys = finite.map(({ y }) => y)
  const x = numberAxis(xs, area.left, right, true)
  const y = numberAxis(ys, bottom, area.top, false)
  const line = (values: readonly number[], style: string) => {
    const places = values.map((value, i) => `${place(x.at(xs[i] as number))},${place(y.at(value))}`)
    return `<polyline fill="none" stroke="${colour}" ${style} points="${places.join(' ')}"/>`
  }
  return [
    heading,
    ...drawAxes(x, y, xName, area),
    line(ys, 'stroke-opacity="0.25"'),
    line(runningMean(ys), 'stroke-width="2" stroke-linejoin="round"'),
  ]
}

/** Over as many values before as after. */
function runningMean(values: readonly number[]): number[] {
  const reach = Math.round((values.length * WINDOW) / 2)
  const sums = [0]
  for (const value of values) sums.push((sums.at(-1) as number) + value)
  return values.map((_, i) => {
    const begin = Math.max(0, i - reach)
    const end = Math.min(values.length, i + reach + 1)
    return ((sums[end] as number) - (sums[begin] as number)) / (end - begin)
  })
}
