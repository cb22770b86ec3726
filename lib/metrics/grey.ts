import { type Image, requirePixels } from '../data/image.js'
import { invalidArgument } from '../errors.js'

/** A grey picture of 8 bits: what the field's protocol compares sketches as. */
export interface GreyImage {
  /** In px. */
  width: number
  /** In px. */
  height: number
  /** [height, width], 0 black to 255 white. */
  data: Uint8Array
}

/**
 * PIL's convert('L') (ITU-R 601 luma, in its fixed-point arithmetic) of the picture's 8-bit values, of which it is the equal to
 * the bit.
 * @throws INVALID_ARGUMENT for a picture without pixels, with others than its size says, or with NaN.
 */
export function toGrey(image: Image): GreyImage {
  const { width, height } = image
  const plane = width * height
  const rgb = toBytes(image)
  const data = new Uint8Array(plane)
  for (let i = 0; i < plane; i++) {
    const red = rgb[i] as number
    const green = rgb[plane + i] as number
    const blue = rgb[2 * plane + i] as number
    data[i] = (19595 * red + 38470 * green + 7471 * blue + 32768) >>> 16
  }
  return { width, height, data }
}

/** The same picture in RGB, for metrics that are networks. */
export function fromGrey({ width, height, data }: GreyImage): Image {
  const plane = Float32Array.from(data, (value) => value / 127.5 - 1)
  const rgb = new Float32Array(3 * plane.length)
  for (const channel of [0, 1, 2]) rgb.set(plane, channel * plane.length)
  return { width, height, data: rgb }
}

/** Planar RGB, [3, height, width], from 0 to 255: the values that an 8-bit file of the picture holds. */
export function toBytes(image: Image): Uint8ClampedArray {
  requirePixels(image)
  const { data } = image
  const bytes = new Uint8ClampedArray(data.length)
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number
    if (Number.isNaN(value)) throw invalidArgument('image data', 'numbers from -1 to 1', value)
    bytes[i] = (value + 1) * 127.5
  }
  return bytes
}

/** Refuses a pair that cannot be compared pixel by pixel. */
export function requireComparable(prediction: GreyImage, truth: GreyImage, smallestSide = 1): void {
  for (const [what, { width, height, data }] of Object.entries({ prediction, truth })) {
    if (Math.min(width, height) < smallestSide)
      throw invalidArgument(what, `sides of at least ${smallestSide} pixels`, `${width} x ${height}`)
    if (data.length !== width * height)
      throw invalidArgument(`${what} data`, `${width * height} values (${height} x ${width})`, data.length)
  }
  requireSameSize(prediction, truth)
}

type Size = Pick<GreyImage, 'width' | 'height'>

/** Refuses a prediction of another size than its truth's. */
export function requireSameSize(prediction: Size, truth: Size): void {
  if (prediction.width === truth.width && prediction.height === truth.height) return
  throw invalidArgument(
    'prediction',
    `the truth's size of ${truth.width} x ${truth.height}`,
    `${prediction.width} x ${prediction.height}`,
    'Resize one to the other.',
  )
}
