import { type Image, readImage } from '../data/image.js'
import { fromGrey, type GreyImage, toGrey } from '../metrics/grey.js'
import type { Drawn, TestPhoto } from './method.js'

/** Photos in grey, changed without any network. */
export async function* filtered(
  photos: readonly TestPhoto[],
  change: (grey: GreyImage) => GreyImage | Promise<GreyImage>,
): AsyncGenerator<Drawn> {
  for (const { photo } of photos) {
    const started = performance.now()
    const sketch: Image = fromGrey(await change(toGrey(await readImage(photo))))
    yield { sketch, seconds: (performance.now() - started) / 1000 }
  }
}
