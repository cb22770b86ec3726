import { type GreyImage, requireComparable } from './grey.js'
import { compareStructure, WINDOW } from './structure.js'

/**
 * Structural similarity of 8-bit grey pictures (Wang et al., IEEE TIP 13(4), 2004), as Face-Sketch-Wild reports it:
 * Gaussian window 11 x 11 of sigma 1.5, population covariance, K1 0.01, K2 0.03, mean over the windows that lie wholly
 * inside. From -1 to 1, 1 for equal pictures. Equal to scikit-image's structural_similarity(gaussian_weights=True,
 * sigma=1.5, use_sample_covariance=False, data_range=255).
 * @throws INVALID_ARGUMENT for pictures of two sizes, or with sides below 11 px.
 */
export function ssim(prediction: GreyImage, truth: GreyImage): number {
  requireComparable(prediction, truth, WINDOW)
  const plane = ({ width, height, data }: GreyImage) => ({ width, height, data: new Float64Array(data) })
  return compareStructure(plane(prediction), plane(truth)).structural
}
