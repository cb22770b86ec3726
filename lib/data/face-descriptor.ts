/** What tells one face from another. */
import { SilverpointError } from '../errors.js'
import { Background } from './background.js'
import type { Pixels } from './face-detector.js'
import { type Image, toSharp } from './image.js'
import type { Box } from './page.js'

const background = new Background<Pixels, Float32Array>('descriptor-worker.js')

/**
 * The 128 numbers of face-api's recognition network (dlib's ResNet-34, Euclidean distance below 0.6 for one person in photos)
 * for the part of a picture that shows a face. Runs in a thread of its own.
 * @param box in px; what of it lies outside the picture is left out.
 * @throws OPERATION_FAILED where the network can't be loaded.
 */
export async function describeFace(image: Image, box: Box): Promise<Float32Array> {
  const left = Math.max(0, Math.floor(box.left))
  const top = Math.max(0, Math.floor(box.top))
  const right = Math.min(image.width, Math.ceil(box.left + box.width))
  const bottom = Math.min(image.height, Math.ceil(box.top + box.height))
  const { data, info } = await toSharp(image)
    .extract({ left, top, width: right - left, height: bottom - top })
    .raw()
    .toBuffer({ resolveWithObject: true })
  const pixels = { width: info.width, height: info.height, data: Uint8Array.from(data) }
  return background.run(pixels, [pixels.data.buffer]).catch((cause: Error) => {
    throw new SilverpointError(
      'OPERATION_FAILED',
      `Expected to describe a face but ${cause.message}. Install silverpoint again.`,
      { cause },
    )
  })
}
