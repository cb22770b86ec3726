/** Pairs from a user's pictures to what the objective works on. */
import { createHash } from 'node:crypto'
import type { Bundle } from '../bundle/bundle.js'
import { type Image, readImage } from '../data/image.js'
import { fit } from '../data/resize.js'
import { invalidArgument } from '../errors.js'
import { cat, scope, type Tensor, tensor } from '../torch/index.js'
import type { EncodedPairs } from './objective.js'

/** A photo and the artist's sketch of it, aligned: paths or the files' bytes. */
export interface Pair {
  photo: string | Buffer
  sketch: string | Buffer
}

/** A pair at the bundle's resolution. */
export interface PreparedPair {
  photo: Image
  sketch: Image
}

/** How much the sides' ratios of photo and sketch may differ before they can't be of one framing. */
const RATIO_TOLERANCE = 0.02

export async function preparePair(pair: Pair, resolution: number): Promise<PreparedPair> {
  const [photo, sketch] = await Promise.all([readImage(pair.photo), readImage(pair.sketch)])
  const ratios = [photo, sketch].map(({ width, height }) => width / height) as [number, number]
  if (Math.abs(Math.log(ratios[0] / ratios[1])) > RATIO_TOLERANCE) {
    throw invalidArgument(
      'pair',
      'a photo and a sketch of the same framing',
      `${photo.width}x${photo.height} and ${sketch.width}x${sketch.height}`,
      'Crop one to the other.',
    )
  }
  return { photo: (await fit(photo, resolution)).image, sketch: (await fit(sketch, resolution)).image }
}

/** SHA-256 of the prepared pixels, for the provenance. */
export function hashPair(pair: PreparedPair): { photo: string; sketch: string } {
  const hash = ({ data }: Image) =>
    createHash('sha256')
      .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      .digest('hex')
  return { photo: hash(pair.photo), sketch: hash(pair.sketch) }
}

/** [B, 3, side, side] in [-1, 1] */
export function imagesTensor(images: readonly Image[], bundle: Bundle): Tensor {
  const { device } = bundle
  return cat(
    images.map(({ data, width, height }) =>
      tensor(data, [1, 3, height, width], { dtype: 'float32', device }),
    ),
  )
}

export function encodePairs(bundle: Bundle, pairs: readonly PreparedPair[]): EncodedPairs {
  const encoded = scope(() => {
    const photos = imagesTensor(
      pairs.map(({ photo }) => photo),
      bundle,
    )
    const sketches = imagesTensor(
      pairs.map(({ sketch }) => sketch),
      bundle,
    )
    return {
      sketchLatents: bundle.vae.encode(sketches),
      photoLatents: bundle.vae.mode(photos),
      // Eq. 4
      editDirection: bundle.images.encode(sketches).sub(bundle.images.encode(photos)).mean([0], true),
    }
  })
  return { count: pairs.length, ...encoded }
}
