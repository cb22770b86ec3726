import { invalidArgument } from '../../errors.js'
import type { Tensor } from '../../torch/index.js'
import type { NoiseSchedule } from '../noise-schedule.js'
import { type Weights, weigh } from '../prediction.js'
import { trailing } from '../timesteps.js'
import { type EulerStep, eulerPath, eulerWeights } from './euler.js'
import { type Sampler, stepAt } from './sampler.js'

/**
 * Euler's method below the next noise level, then fresh noise up to it: k-diffusion's sample_euler_ancestral with eta 1,
 * as diffusers' EulerAncestralDiscreteScheduler with `trailing` timesteps. What InstructPix2Pix' authors draw with.
 * Unlike there, networks that predict the sample are served too.
 */
export class EulerAncestral implements Sampler {
  readonly name = 'euler-ancestral'
  readonly timesteps: readonly number[]
  readonly initialSigma: number
  readonly needsNoise = true
  readonly #path: readonly EulerStep[]
  readonly #weights: readonly Weights[]

  constructor(schedule: NoiseSchedule, steps: number) {
    this.timesteps = trailing(schedule.timesteps, steps)
    this.#path = eulerPath(schedule, this.timesteps)
    this.#weights = this.#path.map(({ level, from, to }) =>
      eulerWeights(schedule.predictionType, level, to ** 2 / from),
    )
    this.initialSigma = stepAt(this.#path, 0).from
  }

  scaleInput(latents: Tensor, index: number): Tensor {
    return latents.mul(stepAt(this.#path, index).level.alpha)
  }

  /** `noise` may be left out at the last step, which ends without any. */
  step(predicted: Tensor, index: number, latents: Tensor, noise?: Tensor): Tensor {
    const { from, to } = stepAt(this.#path, index)
    const below = weigh(stepAt(this.#weights, index), latents, predicted)
    if (to === 0) return below
    if (!noise) throw invalidArgument('noise', "standard normal noise of the latents' shape", noise)
    return below.add(noise.mul(to * Math.sqrt(1 - (to / from) ** 2)))
  }
}
