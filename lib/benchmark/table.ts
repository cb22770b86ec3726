/** A table as Markdown and as LaTeX (booktabs), the best of each comparison bold and the second underlined. */

export interface Cell {
  text: string
  /** 1 for the best of its row or column, 2 for the second. */
  rank?: 1 | 2 | undefined
}

export interface Table {
  title: string
  /** Of all columns, that of the labels first. */
  head: readonly string[]
  rows: readonly { label: string; cells: readonly Cell[] }[]
  /** Said under it. */
  notes: readonly string[]
}

export function toMarkdown({ title, head, rows, notes }: Table): string {
  const line = (texts: readonly string[]) =>
    `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`
  const mark = ({ text, rank }: Cell) => (rank === 1 ? `**${text}**` : rank === 2 ? `<u>${text}</u>` : text)
  return [
    `### ${title}`,
    '',
    line(head),
    line(head.map((_, column) => (column === 0 ? '---' : '---:'))),
    ...rows.map(({ label, cells }) => line([label, ...cells.map(mark)])),
    '',
    ...notes.map((note) => `${note}  `),
    '',
  ].join('\n')
}

export function toLatex({ title, head, rows, notes }: Table): string {
  const line = (texts: readonly string[]) => `${texts.join(' & ')} \\\\`
  const mark = ({ text, rank }: Cell) => {
    const plain = escaped(text)
    return rank === 1 ? `\\textbf{${plain}}` : rank === 2 ? `\\underline{${plain}}` : plain
  }
  return [
    '\\begin{table}',
    '\\centering',
    `\\caption{${escaped([title, ...notes].join(' '))}}`,
    `\\begin{tabular}{l${'r'.repeat(head.length - 1)}}`,
    '\\toprule',
    line(head.map(escaped)),
    '\\midrule',
    ...rows.map(({ label, cells }) => line([escaped(label), ...cells.map(mark)])),
    '\\bottomrule',
    '\\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n')
}

const LATEX: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '↑': '$\\uparrow$',
  '↓': '$\\downarrow$',
  '±': '$\\pm$',
  '×': '$\\times$',
}

const escaped = (text: string): string =>
  text.replace(/[\\~^↑↓±×]|[&%$#_{}]/g, (character) => LATEX[character] ?? `\\${character}`)

/** Cells of numbers in the given order of goodness: the best first two of those that differ are ranked. */
export function ranked(
  cells: readonly { text: string; value: number | undefined }[],
  better: 'higher' | 'lower',
): Cell[] {
  const values = cells.flatMap(({ value }) => value ?? [])
  const ordered = [...new Set(values)].sort((a, b) => (better === 'higher' ? b - a : a - b))
  // A best of one is none.
  const rankOf = (value: number) => (values.length > 1 ? ordered.indexOf(value) + 1 : 0)
  return cells.map(({ text, value }) => {
    const rank = value === undefined ? 0 : rankOf(value)
    return { text, ...((rank === 1 || rank === 2) && { rank }) }
  })
}
