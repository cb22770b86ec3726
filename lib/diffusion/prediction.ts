/**
 * What the network's prediction says of the noise and of the noiseless latents. Noised latents are
 * alpha * original + sigma * noise, and v is alpha * noise - sigma * original (Salimans and Ho, 2202.00512, appendix D).
 */
import type { Tensor } from '../torch/index.js'
import type { NoiseLevel, PredictionType } from './noise-schedule.js'
import { weightedSum } from './weighted-sum.js'

/** What the noised latents and the prediction weigh in a sum of both. */
export interface Weights {
  readonly latents: number
  readonly predicted: number
}

/**
 * The weights that make `original * (noiseless latents) + noise * (noise)` out of noised latents and prediction. Worked
 * out here, in double precision: the noiseless latents themselves, huge where alpha is tiny, are never formed.
 */
export function predictionWeights(
  type: PredictionType,
  { alpha, sigma }: NoiseLevel,
  { original, noise }: { original: number; noise: number },
): Weights {
  switch (type) {
    case 'epsilon':
      return { latents: original / alpha, predicted: noise - (original * sigma) / alpha }
    case 'v_prediction':
      return { latents: original * alpha + noise * sigma, predicted: noise * alpha - original * sigma }
    case 'sample':
      return { latents: noise / sigma, predicted: original - (noise * alpha) / sigma }
  }
}

export function weigh(weights: Weights, latents: Tensor, predicted: Tensor): Tensor {
  return weightedSum([
    [latents, weights.latents],
    [predicted, weights.predicted],
  ])
}
