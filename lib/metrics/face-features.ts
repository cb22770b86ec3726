import { describeFace } from '../data/faces/descriptor.js'
import type { Image } from '../data/image.js'
import type { Box } from '../data/page.js'
import type { Features } from './features.js'

/** describeFace as one row of features, to be compared by cosine. @throws OPERATION_FAILED as it does. */
export async function faceFeatures(image: Image, box: Box): Promise<Features> {
  const data = await describeFace(image, box)
  return { count: 1, width: data.length, data }
}
