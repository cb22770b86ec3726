/** What the report is of: its runs and tests, which of them are shown, and how scores are read and written. */
const data = JSON.parse(document.getElementById('data').textContent)
export const { metrics, pairs, seeds, tests, runs } = data

/** The method that is shown first. */
export const OURS = 'Ours'
/** The learning pair and seed whose pictures are shown. */
export const chosen = { pair: pairs[0] ?? null, seed: seeds[0] ?? null }

const digits = (metric) => (metric.name === 'psnr' ? 2 : 4)
export const format = (metric, value) => (value === null ? '–' : value.toFixed(digits(metric)))
export const arrow = ({ better }) => (better === 'higher' ? '↑' : '↓')
export const titleOf = (run) => (run.name ? `${run.label} (${run.name})` : run.label)

/** One run a method: that of the chosen pair and seed, where it has several. */
export const shownRuns = () =>
  runs.filter(
    (run) =>
      run.shown &&
      (run.pair === null || run.pair === chosen.pair) &&
      (run.seed === null || run.seed === chosen.seed),
  )

/** Worst of a run's pictures first, or best; those without a score last. */
export function ranked(run, metric, best) {
  const sign = (metric.better === 'higher') === best ? -1 : 1
  const values = run.scores[metric.name]
  return tests
    .map((_, index) => index)
    .sort((a, b) => {
      if (values[a] === null || values[b] === null) return (values[a] === null) - (values[b] === null)
      return sign * (values[a] - values[b])
    })
}
