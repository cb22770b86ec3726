/** What `dataset check` found, for people. */
import { type DatasetReport, flawsOf, type Looks } from '../../data/datasets/check.js'

export function reportText(report: DatasetReport): string {
  const { name, layout, split, pairs, sources, styles, photos, sketches, otherSplits } = report
  const flaws = flawsOf(report)
  return [
    `${name}  layout ${layout}  split ${split}  ${pairs} pairs`,
    ...(Object.keys(sources).length > 0 ? [`sources   ${counts(sources)}`] : []),
    ...(Object.keys(styles).length > 0 ? [`styles    ${counts(styles)}`] : []),
    `photos    ${looks(photos)}`,
    `sketches  ${looks(sketches)}`,
    ...(otherSplits
      ? [`Its splits are not the published ones (${otherSplits.map(counts).join('; or ')}).`]
      : []),
    ...flawLines(report),
    ...report.faceless.map((stem) => `not looked at: ${stem}: no face was found in its photo or sketch`),
    flaws === 0
      ? 'Nothing is wrong with it.'
      : `${flaws} ${flaws === 1 ? 'thing is' : 'things are'} wrong with it.`,
  ].join('\n')
}

function flawLines({ unmatched, unreadable, duplicates, differing }: DatasetReport): string[] {
  return [
    ...unmatched.photos.map((path) => `no sketch of ${path}`),
    ...unmatched.sketches.map((path) => `no photo for ${path}`),
    ...unreadable.map(({ path, message }) => `unreadable: ${path}: ${message}`),
    ...duplicates.map((paths) => `the same content: ${paths.join(', ')}`),
    ...differing.map(({ stem, photo, sketch, distance }) =>
      distance === undefined
        ? `framed apart: ${stem}: photo ${photo}, sketch ${sketch}`
        : `framed apart: ${stem}: faces ${distance.toFixed(2)} of the distance of the eyes apart`,
    ),
  ]
}

/** More sizes than these are told as a range. */
const SIZES = 4

function looks({ sizes, grey, colour }: Looks): string {
  const all = Object.keys(sizes)
  const told =
    all.length <= SIZES ? counts(sizes) : `${all.length} sizes from ${smallest(all)} to ${largest(all)}`
  return `${told}; ${colour} in colour, ${grey} grey`
}

const counts = (some: Readonly<Record<string, number>>): string =>
  Object.entries(some)
    .map(([what, count]) => `${what}: ${count}`)
    .join(', ')

const area = (size: string): number => size.split('x').reduce((product, side) => product * Number(side), 1)
const bySize = (sizes: readonly string[]): string[] => sizes.toSorted((a, b) => area(a) - area(b))
const smallest = (sizes: readonly string[]): string | undefined => bySize(sizes)[0]
const largest = (sizes: readonly string[]): string | undefined => bySize(sizes).at(-1)
