/** How much noise each timestep means: diffusers' tables, as numbers for samplers and as a tensor for learning. */
import type { Manifest } from '../bundle/manifest.js'
import { invalidArgument } from '../errors.js'
import { type Device, type Tensor, tensor } from '../torch/index.js'
import { linspace } from './timesteps.js'

export type NoiseScheduleConfig = Manifest['schedule']
export type PredictionType = NoiseScheduleConfig['predictionType']

/** Noised latents are alpha * latents + sigma * noise, and alpha^2 + sigma^2 = 1. */
export interface NoiseLevel {
  readonly alpha: number
  readonly sigma: number
}

export class NoiseSchedule {
  readonly timesteps: number
  readonly predictionType: PredictionType
  /** Product of 1 - beta up to each timestep: alpha squared. The float32 values networks are trained with. */
  readonly alphasCumprod: Float64Array
  /** [timesteps, 2]: alpha and sigma. */
  readonly #levels: Tensor

  /** `device`: where the latents and timesteps are that addNoise and target are given. */
  constructor(config: NoiseScheduleConfig, device: Device = 'cpu') {
    this.timesteps = config.timesteps
    this.predictionType = config.predictionType
    this.alphasCumprod = cumulativeProduct(betasOf(config))
    const levels = Array.from(this.alphasCumprod, (product) => [Math.sqrt(product), Math.sqrt(1 - product)])
    this.#levels = tensor(levels.flat(), [this.timesteps, 2], { device })
  }

  /**
   * The noise level at a timestep from 0 to timesteps - 1. Between whole ones sigma / alpha is interpolated linearly, as
   * diffusers' Euler schedulers do.
   */
  level(timestep: number): NoiseLevel {
    if (!(timestep >= 0 && timestep <= this.timesteps - 1))
      throw invalidArgument('timestep', `a number from 0 to ${this.timesteps - 1}`, timestep)
    const below = Math.floor(timestep)
    const ratio = this.#ratio(below)
    const between = ratio + (timestep - below) * (this.#ratio(Math.ceil(timestep)) - ratio)
    const alpha = 1 / Math.sqrt(1 + between ** 2)
    return { alpha, sigma: between * alpha }
  }

  /**
   * @param latents [B, C, h, w]
   * @param noise [B, C, h, w], standard normal
   * @param t [B], int64: a timestep for each row
   * @returns noised latents [B, C, h, w], float32 at least
   */
  addNoise(latents: Tensor, noise: Tensor, t: Tensor): Tensor {
    const { alpha, sigma } = this.#levelsAt(t)
    return latents.mul(alpha).add(noise.mul(sigma))
  }

  /** What the network is to predict for addNoise(latents, noise, t): `noise` itself, v, or `latents` itself. */
  target(latents: Tensor, noise: Tensor, t: Tensor): Tensor {
    if (this.predictionType === 'epsilon') return noise
    if (this.predictionType === 'sample') return latents
    const { alpha, sigma } = this.#levelsAt(t)
    return noise.mul(alpha).sub(latents.mul(sigma))
  }

  dispose(): void {
    this.#levels.dispose()
  }

  #ratio(timestep: number): number {
    const product = this.alphasCumprod[timestep] as number
    return Math.sqrt((1 - product) / product)
  }

  /** Each [B, 1, 1, 1]. */
  #levelsAt(t: Tensor): { alpha: Tensor; sigma: Tensor } {
    const levels = this.#levels.indexSelect(0, t).reshape([-1, 2, 1, 1])
    return { alpha: levels.narrow(1, 0, 1), sigma: levels.narrow(1, 1, 1) }
  }
}

function betasOf({ timesteps, betaSchedule, betaStart, betaEnd }: NoiseScheduleConfig): number[] {
  switch (betaSchedule) {
    case 'linear':
      return linspace(betaStart, betaEnd, timesteps)
    case 'scaled_linear':
      return linspace(Math.sqrt(betaStart), Math.sqrt(betaEnd), timesteps).map((root) => root ** 2)
    case 'squaredcos_cap_v2':
      return Array.from({ length: timesteps }, (_, i) =>
        Math.min(1 - cosine((i + 1) / timesteps) / cosine(i / timesteps), 0.999),
      )
    default:
      throw invalidArgument('betaSchedule', 'linear, scaled_linear or squaredcos_cap_v2', betaSchedule)
  }
}

/** Nichol and Dhariwal's cumulative product (2102.09672, Eq. 17) at a fraction of the timesteps. */
function cosine(fraction: number): number {
  return Math.cos((((fraction + 0.008) / 1.008) * Math.PI) / 2) ** 2
}

/** PyTorch's cumprod of the float32 tensor 1 - betas: the product in double precision, every value kept as float32. */
function cumulativeProduct(betas: readonly number[]): Float64Array {
  let product = 1
  return Float64Array.from(betas, (beta) => {
    product *= Math.fround(1 - Math.fround(beta))
    return Math.fround(product)
  })
}
