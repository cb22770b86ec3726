import type { GreyImage } from './grey.js'

const FACTOR = 1.5

/**
 * OS-Sketch's contrast normaliser, for prediction and truth alike: grey values spread 1.5 times as far from their
 * rounded mean, cut off at black and white, fractions dropped. Source: PIL's ImageEnhance.Contrast(grey).enhance(1.5),
 * of which it is the equal to the bit.
 * @returns another picture.
 */
export function normaliseContrast({ width, height, data }: GreyImage): GreyImage {
  const mean = Math.floor(data.reduce((sum, value) => sum + value, 0) / data.length + 0.5)
  const table = Uint8Array.from({ length: 256 }, (_, value) =>
    Math.min(255, Math.max(0, Math.trunc(mean + FACTOR * (value - mean)))),
  )
  return { width, height, data: data.map((value) => table[value] as number) }
}
