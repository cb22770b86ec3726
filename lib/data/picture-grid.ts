import { invalidArgument } from '../errors.js'
import type { Image } from './image.js'
import { type Box, type Placed, renderPage } from './page.js'
import { shorten, textAt, wrap } from './svg.js'

export interface PictureGrid {
  title: string
  /** One a column. */
  heads: readonly string[]
  /** Pictures of each row, undefined where a place stays empty. */
  rows: readonly { name: string; pictures: readonly (Image | undefined)[] }[]
  note: string
}

/** In px. */
const PICTURE = 160
const BETWEEN = 8
const GAP = 28
const HEAD = { size: 13, lines: 2, height: 40 }
const NAME = { size: 11, height: 20 }
const TITLE = { size: 17, height: 40 }
const NOTE = { size: 12, line: 18, lines: 4 }

/** Pictures in rows and columns, with what they are: a PNG. */
export async function pictureGrid({ title, heads, rows, note }: PictureGrid): Promise<Buffer> {
  if (rows.length === 0) throw invalidArgument('picture grid', 'at least one row', rows)
  const width = 2 * GAP + heads.length * (PICTURE + BETWEEN) - BETWEEN
  const top = GAP + TITLE.height + HEAD.height
  const noteTop = top + rows.length * (PICTURE + NAME.height + BETWEEN) + 14
  const lines = wrap(note, width - 2 * GAP, NOTE.size, NOTE.lines)
  const placed: Placed[] = rows.flatMap(({ pictures }, row) =>
    pictures.flatMap((image, column) => (image ? { image, box: cellBox(row, column, top) } : [])),
  )
  const svg = [
    textAt(GAP, GAP + TITLE.size, title, { size: TITLE.size, bold: true, colour: '#222' }),
    ...heads.flatMap((head, column) => headOf(head, cellBox(0, column, top))),
    ...rows.map(({ name }, row) => nameOf(name, cellBox(row, 0, top), width)),
    ...lines.map((line, i) =>
      textAt(GAP, noteTop + i * NOTE.line, line, { size: NOTE.size, colour: '#666' }),
    ),
  ]
  return renderPage(width, noteTop + lines.length * NOTE.line + GAP - 10, svg, placed)
}

function cellBox(row: number, column: number, top: number): Box {
  return {
    left: GAP + column * (PICTURE + BETWEEN),
    top: top + row * (PICTURE + NAME.height + BETWEEN),
    width: PICTURE,
    height: PICTURE,
  }
}

/** Above its column, the last line nearest to the pictures. */
function headOf(head: string, { left, top, width }: Box): string[] {
  const lines = wrap(head, width, HEAD.size, HEAD.lines)
  return lines.map((line, i) =>
    textAt(left + width / 2, top - 8 - (lines.length - 1 - i) * 16, line, {
      size: HEAD.size,
      anchor: 'middle',
    }),
  )
}

function nameOf(name: string, { left, top, height }: Box, width: number): string {
  const shown = shorten(name, width - 2 * GAP, NAME.size)
  return textAt(left, top + height + NAME.size + 3, shown, { size: NAME.size, colour: '#888' })
}
