/** The page put together. Without tests or runs there is nothing to choose, to sort or to compare. */
import { makeComparer } from './comparer.js'
import { makeExtremes } from './extremes.js'
import { makeGallery } from './gallery.js'
import { chosen, runs, tests } from './runs.js'
import { makeScoreTable } from './score-table.js'
import { makeSortable } from './sortable.js'

if (tests.length > 0 && runs.length > 0) makePage()

function makePage() {
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
}
