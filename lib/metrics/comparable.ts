/** Bringing a prediction and its truth to where they can be compared: one size, grey, and if wished one contrast. */
import { fromSharp, type Image, toSharp } from '../data/image.js'
import { normaliseContrast } from './contrast.js'
import { type GreyImage, toBytes, toGrey } from './grey.js'

/** Two grey pictures of one size, and how they came to be. */
export interface Comparable extends Changes {
  prediction: GreyImage
  truth: GreyImage
}

/** What was done to make two pictures comparable. */
export interface Changes {
  /** The prediction's size where it was not the truth's, and the truth's. */
  resized?: { from: string; to: string }
  /** Whether each was in colour before it was made grey. */
  colour: { prediction: boolean; truth: boolean }
}

/** Channels further apart than this, of 255, are colour and not what JPEG made of grey. */
const GREY_TOLERANCE = 8

/**
 * As the field compares sketches: the prediction resized to the truth's size, bicubic, sides stretched where their ratios
 * differ; both in grey (see toGrey); with `normaliseContrast`, both through OS-Sketch's normaliser.
 * @throws INVALID_ARGUMENT for pictures without pixels, or with others than their size says.
 */
export async function comparable(
  prediction: Image,
  truth: Image,
  { normaliseContrast: normalised = false }: { normaliseContrast?: boolean } = {},
): Promise<Comparable> {
  const { width, height } = truth
  const sameSize = prediction.width === width && prediction.height === height
  const resized = sameSize
    ? prediction
    : await fromSharp(toSharp(prediction).resize(width, height, { fit: 'fill', kernel: 'cubic' }))
  const grey = (image: Image) => (normalised ? normaliseContrast(toGrey(image)) : toGrey(image))
  return {
    prediction: grey(resized),
    truth: grey(truth),
    colour: { prediction: isColour(prediction), truth: isColour(truth) },
    ...(!sameSize && { resized: { from: sizeOf(prediction), to: sizeOf(truth) } }),
  }
}

const sizeOf = ({ width, height }: Image): string => `${width} x ${height}`

/** What was done to a set's pictures, in sentences. */
export function tellChanges(
  changes: readonly Changes[],
  { normaliseContrast: normalised = false }: { normaliseContrast?: boolean },
): string[] {
  const resized = new Map<string, number>()
  for (const { resized: change } of changes) {
    if (!change) continue
    const sizes = `${change.from} to the truth's ${change.to}`
    resized.set(sizes, (resized.get(sizes) ?? 0) + 1)
  }
  const count = changes.length
  const inColour = (side: 'prediction' | 'truth') => changes.filter(({ colour }) => colour[side]).length
  const [predictions, truths] = [inColour('prediction'), inColour('truth')]
  return [
    ...[...resized].map(
      ([sizes, number]) => `${number} of ${count} predictions resized, bicubic, from ${sizes}.`,
    ),
    ...(predictions + truths > 0
      ? [
          `Compared in grey: ${predictions} of ${count} predictions and ${truths} of ${count} truths are in colour.`,
        ]
      : []),
    ...(normalised ? ['Contrast of predictions and truths normalised (grey, x 1.5).'] : []),
  ]
}

function isColour(image: Image): boolean {
  const plane = image.width * image.height
  const rgb = toBytes(image)
  for (let i = 0; i < plane; i++) {
    const [red, green, blue] = [rgb[i] as number, rgb[plane + i] as number, rgb[2 * plane + i] as number]
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > GREY_TOLERANCE) return true
  }
  return false
}
