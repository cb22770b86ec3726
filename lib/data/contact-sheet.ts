import { invalidArgument } from '../errors.js'
import { fromSharp, type Image, toSharp } from './image.js'
import { inside, type Placed, renderPage } from './page.js'
import { shorten, textAt } from './svg.js'

export interface SheetRow {
  photo: Image
  sketch: Image
  name: string
}

/** In px. */
const PICTURE = 192
const BETWEEN = 6
const GAP = 28
const CAPTION = 26
const TEXT = 13
const CELL = { width: 2 * PICTURE + BETWEEN, height: PICTURE + CAPTION }

/** Photo | sketch pairs with their names, the first `limit` of them, on a sheet about as wide as high: a PNG. */
export async function contactSheet(
  rows: readonly SheetRow[],
  { limit = 64 }: { limit?: number } = {},
): Promise<Buffer> {
  if (rows.length === 0) throw invalidArgument('contact sheet', 'at least one row', rows)
  const shown = rows.slice(0, limit)
  const columns = Math.ceil(Math.sqrt((shown.length * CELL.height) / CELL.width))
  const lines = Math.ceil(shown.length / columns)
  const pictures: Placed[] = []
  const captions: string[] = []
  for (const [index, { photo, sketch, name }] of shown.entries()) {
    const left = GAP + (index % columns) * (CELL.width + GAP)
    const top = GAP + Math.floor(index / columns) * (CELL.height + GAP)
    const size = { width: PICTURE, height: PICTURE }
    pictures.push({ image: photo, box: { left, top, ...size } })
    pictures.push({ image: sketch, box: { left: left + PICTURE + BETWEEN, top, ...size } })
    const caption = shorten(name, CELL.width, TEXT)
    captions.push(
      textAt(left + CELL.width / 2, top + PICTURE + 19, caption, { size: TEXT, anchor: 'middle' }),
    )
  }
  const width = GAP + columns * (CELL.width + GAP)
  const height = GAP + lines * (CELL.height + GAP)
  return renderPage(width, height, captions, pictures)
}

/** A picture as small as the sheet shows it, so that those of many large photos can be kept until it is made. */
export async function thumbnail(image: Image): Promise<Image> {
  const { width, height } = inside(image, { left: 0, top: 0, width: PICTURE, height: PICTURE })
  return fromSharp(toSharp(image).resize(width, height, { fit: 'fill', kernel: 'lanczos3' }))
}
