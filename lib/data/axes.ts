/** Axes of charts as SVG. */
import type { Box } from './page.js'
import { textAt } from './svg.js'

export interface Axis {
  /** Where a value is, in px. */
  at(value: number): number
  ticks: number[]
  /** What a tick is called. */
  label(tick: number): string
}

export const CHART_TITLE = { size: 13, bold: true }
export const NUMBERS = { size: 11, colour: '#666' }

/** Space of the axes' numbers, in px. */
const MARGIN = { left: 52, right: 10, top: 26, bottom: 34 }
const TICKS = 5

/** What of a chart's box is between its axes. */
export function chartArea({ left, top, width, height }: Box): Box {
  return {
    left: left + MARGIN.left,
    top: top + MARGIN.top,
    width: width - MARGIN.left - MARGIN.right,
    height: height - MARGIN.top - MARGIN.bottom,
  }
}

/** Both axes, a line at each tick of y, and the name of x below. */
export function drawAxes(x: Axis, y: Axis, xName: string, { left, top, width, height }: Box): string[] {
  const [right, bottom] = [left + width, top + height]
  const level = (at: number) => `<path d="M${left} ${place(at)}H${right}" stroke="#e8e8e8"/>`
  return [
    ...y.ticks.map((tick) => level(y.at(tick))),
    ...y.ticks.map((tick) => textAt(left - 7, y.at(tick) + 4, y.label(tick), { ...NUMBERS, anchor: 'end' })),
    ...x.ticks.map((tick) =>
      textAt(x.at(tick), bottom + 15, x.label(tick), { ...NUMBERS, anchor: 'middle' }),
    ),
    `<path d="M${left} ${top}V${bottom}H${right}" fill="none" stroke="#999"/>`,
    textAt(left + width / 2, bottom + 30, xName, { ...NUMBERS, anchor: 'middle' }),
  ]
}

/** From one place to another, with round numbers around all values. */
export function numberAxis(values: readonly number[], from: number, to: number, whole: boolean): Axis {
  const low = values.reduce((a, b) => Math.min(a, b))
  const high = values.reduce((a, b) => Math.max(a, b))
  const step = roundStep((high - low || Math.abs(high) || 1) / TICKS, whole)
  const first = Math.floor(low / step)
  const last = Math.max(first + 1, Math.ceil(high / step))
  return {
    at: (value) => from + ((value / step - first) / (last - first)) * (to - from),
    ticks: Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step),
    // Six digits hide what binary fractions add to round numbers.
    label: (tick) => String(Number(tick.toPrecision(6))),
  }
}

/** The least of the round numbers from `least` on. */
function roundStep(least: number, whole: boolean): number {
  const from = whole ? Math.max(1, least) : least
  const power = 10 ** Math.floor(Math.log10(from))
  const round = [1, 2, 2.5, 5, 10].map((digit) => digit * power)
  return round.find((step) => step >= from && (!whole || Number.isInteger(step))) as number
}

/** Names side by side, each with as much room: the i-th is at(i). */
export function nameAxis(names: readonly string[], from: number, to: number): Axis {
  return {
    at: (index) => from + ((index + 0.5) / names.length) * (to - from),
    ticks: names.map((_, index) => index),
    label: (index) => names[index] as string,
  }
}

export const place = (at: number): string => at.toFixed(1)
