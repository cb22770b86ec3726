/** Edits more than this are another word. */
const FARTHEST = 3

/** " (Did you mean ddim?)", as commander says it of commands and options; nothing where no candidate comes near. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const near = candidates
    .filter((candidate) => Math.abs(candidate.length - word.length) <= FARTHEST)
    .map((candidate) => ({ candidate, edits: editsBetween(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(
      ({ candidate, edits }) => edits <= FARTHEST && edits / Math.max(word.length, candidate.length) < 0.6,
    )
  const begun = word.length > 1 ? candidates.filter((candidate) => candidate.startsWith(word)) : []
  const fewest = Math.min(...near.map(({ edits }) => edits))
  const best = near.filter(({ edits }) => edits === fewest).map(({ candidate }) => candidate)
  const similar = begun.length > 0 ? begun : best
  if (similar.length === 0) return ''
  return ` (Did you mean ${similar.length > 1 ? 'one of ' : ''}${similar.join(', ')}?)`
}

/** Letters put in, left out or replaced, and neighbours swapped: the optimal string alignment distance. */
function editsBetween(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (i: number, j: number) => rows[i]?.[j] as number
  for (let i = 1; i <= a.length; i++) {
    rows.push([i])
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : replaced
      rows[i]?.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replaced, swapped))
    }
  }
  return at(a.length, b.length)
}
