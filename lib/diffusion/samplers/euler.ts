import type { Tensor } from '../../torch/index.js'
import type { NoiseLevel, NoiseSchedule, PredictionType } from '../noise-schedule.js'
import { predictionWeights, type Weights, weigh } from '../prediction.js'
import { trailing } from '../timesteps.js'
import { type Sampler, stepAt } from './sampler.js'

/**
 * A step of the Euler samplers. Their latents are original + ratio * noise, where ratio is sigma / alpha of the noise
 * schedule (diffusers' `sigmas`); times alpha they are what the network knows.
 */
export interface EulerStep {
  readonly level: NoiseLevel
  /** The ratio before the step. */
  readonly from: number
  /** The ratio after it; 0 after the last. */
  readonly to: number
}

export function eulerPath(schedule: NoiseSchedule, timesteps: readonly number[]): EulerStep[] {
  const levels = timesteps.map((timestep) => schedule.level(timestep))
  const ratios = levels.map(({ alpha, sigma }) => sigma / alpha)
  return levels.map((level, i) => ({ level, from: ratios[i] as number, to: ratios[i + 1] ?? 0 }))
}

/** What Euler latents at `level` and the prediction for them weigh in original + `ratio` * noise. */
export function eulerWeights(type: PredictionType, level: NoiseLevel, ratio: number): Weights {
  const { latents, predicted } = predictionWeights(type, level, { original: 1, noise: ratio })
  return { latents: latents * level.alpha, predicted }
}

/**
 * Euler's method for the probability flow (Karras et al., 2206.00364, Algorithm 2 without churn), as diffusers'
 * EulerDiscreteScheduler with `trailing` timesteps: with `linspace`, that class's default, the last call is at timestep 0 and changes
 * next to nothing.
 */
export class Euler implements Sampler {
  readonly name = 'euler'
  readonly timesteps: readonly number[]
  readonly initialSigma: number
  readonly needsNoise = false
  readonly #path: readonly EulerStep[]
  readonly #weights: readonly Weights[]

  constructor(schedule: NoiseSchedule, steps: number) {
    this.timesteps = trailing(schedule.timesteps, steps)
    this.#path = eulerPath(schedule, this.timesteps)
    this.#weights = this.#path.map(({ level, to }) => eulerWeights(schedule.predictionType, level, to))
    this.initialSigma = stepAt(this.#path, 0).from
  }

  scaleInput(latents: Tensor, index: number): Tensor {
    return latents.mul(stepAt(this.#path, index).level.alpha)
  }

  step(predicted: Tensor, index: number, latents: Tensor): Tensor {
    return weigh(stepAt(this.#weights, index), latents, predicted)
  }
}
