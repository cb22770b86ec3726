import type { Tensor } from '../../torch/index.js'
import type { NoiseLevel, NoiseSchedule } from '../noise-schedule.js'
import { predictionWeights, type Weights, weigh } from '../prediction.js'
import { leading } from '../timesteps.js'
import { type Sampler, stepAt } from './sampler.js'

/**
 * DDIM with eta 0 (Song et al., 2010.02502, Eq. 12), as diffusers' DDIMScheduler with Stable Diffusion's config:
 * `leading` timesteps (that class's default) with steps_offset 1, set_alpha_to_one false (the last step ends at the noise
 * level of timestep 0), clip_sample false (latents are not bounded).
 */
export class Ddim implements Sampler {
  readonly name = 'ddim'
  readonly timesteps: readonly number[]
  readonly initialSigma = 1
  readonly needsNoise = false
  readonly #steps: readonly Weights[]

  constructor(schedule: NoiseSchedule, steps: number) {
    this.timesteps = leading(schedule.timesteps, steps)
    const levels = [...this.timesteps, 0].map((timestep) => schedule.level(timestep))
    this.#steps = this.timesteps.map((_, i) => {
      const [from, to] = levels.slice(i) as [NoiseLevel, NoiseLevel]
      return predictionWeights(schedule.predictionType, from, { original: to.alpha, noise: to.sigma })
    })
  }

  scaleInput(latents: Tensor): Tensor {
    return latents
  }

  step(predicted: Tensor, index: number, latents: Tensor): Tensor {
    return weigh(stepAt(this.#steps, index), latents, predicted)
  }
}
