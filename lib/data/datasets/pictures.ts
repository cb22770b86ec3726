/** The pictures of a data set's pairs. */
import { encodePng, type Image, readImage } from '../image.js'
import type { DatasetPair } from './dataset.js'

/** Photo and sketch as all that takes pictures takes them: their files, or as PNGs the halves of the one that has both. */
export async function picturesOf({
  photo,
  sketch,
  sideBySide,
}: DatasetPair): Promise<{ photo: string | Buffer; sketch: string | Buffer }> {
  if (!sideBySide) return { photo, sketch }
  const both = await readImage(photo)
  const half = Math.floor(both.width / 2)
  return {
    photo: await encodePng(columns(both, 0, half)),
    sketch: await encodePng(columns(both, both.width - half, half)),
  }
}

function columns({ width, height, data }: Image, left: number, count: number): Image {
  const kept = new Float32Array(3 * height * count)
  for (let row = 0; row < 3 * height; row++)
    kept.set(data.subarray(row * width + left, row * width + left + count), row * count)
  return { width: count, height, data: kept }
}
