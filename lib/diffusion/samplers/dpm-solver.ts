import { AsyncResource } from 'node:async_hooks'
import { scope, type Tensor } from '../../torch/index.js'
import type { NoiseLevel, NoiseSchedule } from '../noise-schedule.js'
import { predictionWeights, type Weights, weigh } from '../prediction.js'
import { roundedLinspace } from '../timesteps.js'
import { type Sampler, stepAt } from './sampler.js'

interface DpmStep {
  /** Of the step of first order, which is DDIM's. */
  readonly firstOrder: Weights
  /** Of the noiseless latents. */
  readonly original: Weights
  /** What the noiseless latents' change since the step before weighs in the step of second order. */
  readonly change: number
}

/**
 * DPM-Solver++ 2M (Lu et al., 2211.01095, Algorithm 2), as diffusers' DPMSolverMultistepScheduler is by default:
 * solver_order 2, midpoint, lower_order_final, final_sigmas_type zero, `linspace` timesteps, rounded.
 *
 * It keeps each step's noiseless latents for the next step, in the scope the sampler was made in: a scope may be put
 * around each step. A run that begins later than at index 0 begins with a step of first order, too.
 */
export class DpmSolver implements Sampler {
  readonly name = 'dpm-solver++'
  readonly timesteps: readonly number[]
  readonly initialSigma = 1
  readonly needsNoise = false
  readonly #steps: readonly DpmStep[]
  readonly #inOwnScope = AsyncResource.bind((make: () => Tensor) => scope(make))
  #kept: { index: number; original: Tensor } | undefined

  constructor(schedule: NoiseSchedule, steps: number) {
    this.timesteps = roundedLinspace(schedule.timesteps, steps)
    const levels = this.timesteps.map((timestep) => schedule.level(timestep))
    this.#steps = levels.map((from, i) => {
      const [before, to] = [levels[i - 1], levels[i + 1]]
      const weights = (original: number, noise: number) =>
        predictionWeights(schedule.predictionType, from, { original, noise })
      return {
        firstOrder: weights(to?.alpha ?? 1, to?.sigma ?? 0),
        original: weights(1, 0),
        change: before && to ? changeWeight(before, from, to) : 0,
      }
    })
  }

  scaleInput(latents: Tensor): Tensor {
    return latents
  }

  step(predicted: Tensor, index: number, latents: Tensor): Tensor {
    const { firstOrder, original, change } = stepAt(this.#steps, index)
    const next = weigh(firstOrder, latents, predicted)
    using before = this.#take(index - 1)
    if (index === this.#steps.length - 1) return next
    const now = this.#inOwnScope(() => weigh(original, latents, predicted))
    this.#kept = { index, original: now }
    return before ? next.add(now.sub(before).mul(change)) : next
  }

  /** The noiseless latents of step `index`, if that was the last. They are kept no longer. */
  #take(index: number): Tensor | undefined {
    const kept = this.#kept
    this.#kept = undefined
    if (kept?.index === index) return kept.original
    kept?.original.dispose()
    return undefined
  }
}

/** alpha_t (1 - exp(-h)) / 2r of Algorithm 2, whose lambdas are minus the logarithms of these ratios. */
function changeWeight(before: NoiseLevel, from: NoiseLevel, to: NoiseLevel): number {
  const [r0, r1, r2] = [before, from, to].map(({ alpha, sigma }) => sigma / alpha) as [number, number, number]
  // As many steps as timesteps take one timestep twice: no change can be told there.
  if (r0 === r1) return 0
  return (to.alpha * (1 - r2 / r1) * Math.log(r1 / r2)) / Math.log(r0 / r1) / 2
}
