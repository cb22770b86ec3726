import { type GreyImage, requireComparable } from './grey.js'

/**
 * Peak signal-to-noise ratio of 8-bit grey pictures in dB: 10 log10(255^2 / mean squared difference). From 0 for black
 * against white to Infinity for equal pictures. Equal to scikit-image's peak_signal_noise_ratio with data_range 255.
 * @throws INVALID_ARGUMENT for pictures of two sizes.
 */
export function psnr(prediction: GreyImage, truth: GreyImage): number {
  requireComparable(prediction, truth)
  let sum = 0
  for (const [i, value] of prediction.data.entries()) sum += (value - (truth.data[i] as number)) ** 2
  return 10 * Math.log10(255 ** 2 / (sum / prediction.data.length))
}
