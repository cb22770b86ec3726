/** A picture of how a photo and a sketch were aligned. */
import sharp from 'sharp'
import type { Alignment } from './align.js'
import type { Point } from './align-similarity.js'
import { fromSharp, type Image, toSharp } from './image.js'
import { type Placed, renderPage } from './page.js'
import { textAt } from './svg.js'

/** In px. */
const COLUMN = 360
const GAP = 24
const CAPTION = 34
const MARK = 4
const COLOURS = ['#e6194b', '#3cb44b', '#4363d8', '#f58231', '#911eb4']

/** The photo with its landmarks, the sketch with its own, and the aligned photo with the sketch laid over it: a PNG. */
export async function alignmentPicture(photo: Image, sketch: Image, alignment: Alignment): Promise<Buffer> {
  const shown: [string, Image][] = [
    ['photo', await withPoints(photo, alignment.points.photo)],
    ['sketch', await withPoints(sketch, alignment.points.sketch)],
    ['the sketch over the aligned photo', mixed(alignment.photo, sketch)],
  ]
  const left = (column: number) => GAP + column * (COLUMN + GAP)
  const pictures: Placed[] = shown.map(([, image], column) => ({
    image,
    box: { left: left(column), top: GAP, width: COLUMN, height: COLUMN },
  }))
  const captions = shown.map(([text], column) =>
    textAt(left(column) + COLUMN / 2, GAP + COLUMN + 22, text, { size: 14, anchor: 'middle' }),
  )
  return renderPage(left(3), GAP + COLUMN + CAPTION, captions, pictures)
}

/** As large as the page shows it, so that marks are of one size in all. */
async function withPoints(image: Image, points: readonly Point[]): Promise<Image> {
  const scale = COLUMN / Math.max(image.width, image.height)
  const [width, height] = [Math.round(image.width * scale), Math.round(image.height * scale)]
  const marks = points.map(
    ({ x, y }, i) =>
      `<circle cx="${x * scale}" cy="${y * scale}" r="${MARK}" fill="${COLOURS[i]}" stroke="white" stroke-width="1.5"/>`,
  )
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${marks.join('')}</svg>`
  const marked = await toSharp(image)
    .resize(width, height, { fit: 'fill' })
    .composite([{ input: Buffer.from(svg) }])
    .png()
    .toBuffer()
  return fromSharp(sharp(marked))
}

/** Half of each. */
function mixed(a: Image, b: Image): Image {
  return { ...a, data: a.data.map((value, i) => (value + (b.data[i] as number)) / 2) }
}
