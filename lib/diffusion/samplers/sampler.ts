import { invalidArgument } from '../../errors.js'
import type { Tensor } from '../../torch/index.js'

/**
 * Turns noise into latents, one prediction of the network at a time:
 *
 *     let latents = noise.mul(sampler.initialSigma)
 *     for (const [index, t] of sampler.timesteps.entries())
 *       latents = sampler.step(network(sampler.scaleInput(latents, index), t), index, latents)
 *
 * All coefficients are worked out at construction, in double precision; a step is a few tensor operations, on any device,
 * and may be recorded. Give latents as float32: they are summed over all steps. One sampler serves one run at a time.
 */
export interface Sampler {
  readonly name: string
  /** One a step, first to last. May be fractions. */
  readonly timesteps: readonly number[]
  /** What standard normal noise is multiplied by to start. */
  readonly initialSigma: number
  /** Whether step() wants fresh standard normal noise. */
  readonly needsNoise: boolean
  /** The network's input at step `index` of timesteps; `latents` itself where the sampler does not scale. */
  scaleInput(latents: Tensor, index: number): Tensor
  /** The next latents. `predicted` is for scaleInput(latents, index); `latents` are not scaled. */
  step(predicted: Tensor, index: number, latents: Tensor, noise?: Tensor): Tensor
}

/** What was worked out for step `index`. */
export function stepAt<T>(steps: readonly T[], index: number): T {
  const step = steps[index]
  if (step === undefined)
    throw invalidArgument('index', `the index of a step, 0 to ${steps.length - 1},`, index)
  return step
}
