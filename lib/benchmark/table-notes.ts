/** What is said under tables. */
import { factsOf, type MetricName } from '../metrics/catalogue.js'
import type { Results, Run } from './results.js'
import { isBetter, type MethodSummary } from './summary.js'

export const SPREAD = '±: standard deviation over learning pairs and seeds. Best bold, second underlined.'

/** A blurred photo draws nothing. */
const CONTROL = 'grey-blurred'

/** Under what conditions all was measured. */
export function conditions({ dataset, configuration, bundle, environment, pictures }: Results): string[] {
  const { name, layout, split, normaliseContrast, leftOut } = dataset
  const { learningPairs, frame } = configuration
  const what = frame.crop === 'face' ? 'The faces' : 'Whole pictures'
  return [
    `${name} (layout ${layout}, split ${split}): photos drawn: ${pictures.length}, none of them learned from; learned from ${learningPairs.join(', ')}, each by itself.`,
    `${what} are compared, in grey, at most ${frame.longestSide} px; contrast ${normaliseContrast ? 'normalised (grey, x 1.5) on both sides' : 'as it is'}.`,
    `Bundle ${bundle.name} (${bundle.weightsId.slice(0, 12)}) in ${environment.dtype}, silverpoint ${environment.silverpoint}.`,
    ...leftOut.map(({ stem, reason }) => `Left out: ${stem}: ${reason}`),
    SPREAD,
  ]
}

export function blankNotes({ blank }: Pick<Results, 'blank'>, metrics: readonly MetricName[]): string[] {
  return metrics.flatMap((metric) => {
    const reason = blank[metric]
    return reason === undefined ? [] : [`${factsOf(metric).heading} is blank: ${reason}.`]
  })
}

/** Metrics that the control wins. */
export function controlNotes(methods: readonly MethodSummary[], metrics: readonly MetricName[]): string[] {
  const control = methods.find(({ method }) => method === CONTROL)
  if (!control) return []
  const others = methods.filter((method) => method !== control)
  const won = metrics.filter((metric) => {
    const own = control.scores[metric]
    const rivals = others.flatMap(({ scores }) => scores[metric] ?? [])
    return own && rivals.length > 0 && rivals.every((rival) => isBetter(metric, own.mean, rival.mean))
  })
  if (won.length === 0) return []
  const names = won.map((metric) => factsOf(metric).heading).join(', ')
  return [`${control.label} wins ${names}: that is no evidence for any method here.`]
}

/** What was done to make methods' pictures comparable. */
export function changeNotes(methods: readonly MethodSummary[]): string[] {
  return methods.flatMap(({ label, runs }) => {
    const notes = new Set(runs.flatMap(({ notes }) => notes).filter((note) => !note.startsWith('Contrast')))
    return [...notes].map((note) => `${label}: ${note}`)
  })
}

export const machineOf = ({ environment }: Results): string =>
  `${environment.device === 'cpu' ? environment.cpu : environment.device}, ${environment.threads} threads, ${environment.dtype}`

/** Labels of methods that draw in a style that another draws in too. */
export function sharedStyles(runs: readonly Run[]): string[] {
  const labels = new Map<string, Set<string>>()
  for (const { style, label } of runs)
    if (style) labels.set(style.file, (labels.get(style.file) ?? new Set()).add(label))
  return [...new Set([...labels.values()].filter(({ size }) => size > 1).flatMap((own) => [...own]))]
}
