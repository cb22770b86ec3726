/** Tables that sort by a click on a heading. */
import { element } from './elements.js'

export function makeSortable(table) {
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
export function resort(table) {
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
