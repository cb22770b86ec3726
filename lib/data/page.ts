/** A white page with pictures, frames around them, and drawn text. */
import sharp, { type OverlayOptions } from 'sharp'
import { type Image, toSharp } from './image.js'

/** A rectangle, in px of its picture, with 0 at the picture's left and upper edge. */
export interface Box {
  left: number
  top: number
  width: number
  height: number
}

export interface Placed {
  image: Image
  /** What the picture is scaled to fit, in the middle. */
  box: Box
}

const FRAME = '#d8d8d8'

/** A PNG. `svg`: elements drawn under the pictures, in px. */
export async function renderPage(
  width: number,
  height: number,
  svg: readonly string[],
  pictures: readonly Placed[],
): Promise<Buffer> {
  const places = pictures.map(({ image, box }) => ({ image, place: inside(image, box) }))
  const page = whitePage(width, height, [...places.map(({ place }) => frame(place)), ...svg])
  const overlays = await Promise.all(places.map(({ image, place }) => overlay(image, place)))
  return sharp(Buffer.from(page)).composite(overlays).flatten({ background: 'white' }).png().toBuffer()
}

/** An SVG file of elements on white. */
export function whitePage(width: number, height: number, svg: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...svg,
    '</svg>',
  ].join('\n')
}

/** The largest box of the picture's shape in the middle of another, in whole px. */
export function inside({ width, height }: { width: number; height: number }, box: Box): Box {
  const scale = Math.min(box.width / width, box.height / height)
  const fitted = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  }
  return {
    left: box.left + Math.floor((box.width - fitted.width) / 2),
    top: box.top + Math.floor((box.height - fitted.height) / 2),
    ...fitted,
  }
}

/** So that white paper has an edge. */
function frame({ left, top, width, height }: Box): string {
  return `<rect x="${left - 0.5}" y="${top - 0.5}" width="${width + 1}" height="${height + 1}" fill="none" stroke="${FRAME}"/>`
}

async function overlay(image: Image, { left, top, width, height }: Box): Promise<OverlayOptions> {
  const { data, info } = await toSharp(image)
    .resize(width, height, { fit: 'fill', kernel: 'lanczos3' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { input: data, raw: { width, height, channels: info.channels }, left, top }
}
