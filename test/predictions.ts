import type { NoiseLevel, PredictionType } from '../lib/diffusion/noise-schedule.js'
import { predictionWeights, weigh } from '../lib/diffusion/prediction.js'
import type { Tensor } from '../lib/torch/index.js'

/** The prediction of type `to` that says the same of noised `latents` at `level` as one of type `from`. */
export function convertPrediction(
  predicted: Tensor,
  from: PredictionType,
  to: PredictionType,
  level: NoiseLevel,
  latents: Tensor,
): Tensor {
  const wanted = {
    epsilon: { original: 0, noise: 1 },
    v_prediction: { original: -level.sigma, noise: level.alpha },
    sample: { original: 1, noise: 0 },
  }[to]
  return weigh(predictionWeights(from, level, wanted), latents, predicted)
}
