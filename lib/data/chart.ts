/** Line charts as SVG. */
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

/** Space of the axes' numbers, in px. */
const MARGIN = { left: 52, right: 10, top: 26, bottom: 34 }
const TICKS = 5
/** The share of a curve that its mean at a point is taken over. */
const WINDOW = 1 / 20
const TITLE = { size: 13, bold: true }
const NUMBERS = { size: 11, colour: '#666' }

interface Axis {
  /** Where a value is, in px. */
  at(value: number): number
  ticks: number[]
}

/** A curve with its axes: every value in pale colour, and their running mean. Values that are not finite are left out. */
export function chart({ title, xName, colour, points }: Curve, box: Box): string[] {
  const area = {
    left: box.left + MARGIN.left,
    top: box.top + MARGIN.top,
    width: box.width - MARGIN.left - MARGIN.right,
    height: box.height - MARGIN.top - MARGIN.bottom,
  }
  const right = area.left + area.width
  const bottom = area.top + area.height
  const heading = textAt(area.left, box.top + 14, title, TITLE)
  const finite = points.filter(({ y }) => Number.isFinite(y))
  if (finite.length === 0) return [heading, textAt(area.left, area.top + 20, `no ${xName}s`, NUMBERS)]
  const xs = finite.map(({ x }) => x)
  const ys = finite.map(({ y }) => y)
  const x = axis(xs, area.left, right, true)
  const y = axis(ys, bottom, area.top, false)
  const line = (values: readonly number[], style: string) => {
    const places = values.map((value, i) => `${place(x.at(xs[i] as number))},${place(y.at(value))}`)
    return `<polyline fill="none" stroke="${colour}" ${style} points="${places.join(' ')}"/>`
  }
  return [
    heading,
    ...drawAxes(x, y, area),
    textAt(area.left + area.width / 2, bottom + 30, xName, { ...NUMBERS, anchor: 'middle' }),
    line(ys, 'stroke-opacity="0.25"'),
    line(runningMean(ys), 'stroke-width="2" stroke-linejoin="round"'),
  ]
}

function drawAxes(x: Axis, y: Axis, { left, top, width, height }: Box): string[] {
  const [right, bottom] = [left + width, top + height]
  const level = (at: number) => `<path d="M${left} ${place(at)}H${right}" stroke="#e8e8e8"/>`
  return [
    ...y.ticks.map((tick) => level(y.at(tick))),
    ...y.ticks.map((tick) => textAt(left - 7, y.at(tick) + 4, label(tick), { ...NUMBERS, anchor: 'end' })),
    ...x.ticks.map((tick) => textAt(x.at(tick), bottom + 15, label(tick), { ...NUMBERS, anchor: 'middle' })),
    `<path d="M${left} ${top}V${bottom}H${right}" fill="none" stroke="#999"/>`,
  ]
}

/** From one place to another, with round numbers around all values. */
function axis(values: readonly number[], from: number, to: number, whole: boolean): Axis {
  const low = values.reduce((a, b) => Math.min(a, b))
  const high = values.reduce((a, b) => Math.max(a, b))
  const step = roundStep((high - low || Math.abs(high) || 1) / TICKS, whole)
  const first = Math.floor(low / step)
  const last = Math.max(first + 1, Math.ceil(high / step))
  return {
    at: (value) => from + ((value / step - first) / (last - first)) * (to - from),
    ticks: Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step),
  }
}

/** The least of the round numbers from `least` on. */
function roundStep(least: number, whole: boolean): number {
  const from = whole ? Math.max(1, least) : least
  const power = 10 ** Math.floor(Math.log10(from))
  const round = [1, 2, 2.5, 5, 10].map((digit) => digit * power)
  return round.find((step) => step >= from && (!whole || Number.isInteger(step))) as number
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

const place = (at: number): string => at.toFixed(1)
/** Six digits hide what binary fractions add to round numbers. */
const label = (value: number): string => String(Number(value.toPrecision(6)))
