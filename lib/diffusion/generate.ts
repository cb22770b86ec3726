/** From noise to latents under InstructPix2Pix's dual guidance (Brooks et al., 2211.09800, Section 3.2.1). */
import type { UNet } from '../bundle/unet.js'
import { normal, scope, type Tensor } from '../torch/index.js'
import { branchesOfStep, branchInputs, combine, type Guidance } from './guidance.js'
import type { Sampler } from './samplers/index.js'

/** The network, or what stands for it; told how many branches its rows are of. */
export interface Denoiser {
  forward(...inputs: [...Parameters<UNet['forward']>, branches: number]): Tensor
}

export interface GenerateInputs {
  /** [B, C, h, w], the photos' latents, not scaled. */
  photoLatents: Tensor
  /** [B, tokens, width], each photo's instruction. */
  context: Tensor
  /** [B, tokens, width], the empty or negative text. */
  negative: Tensor
  /** Fresh standard normal noise [B, C, h, w]: number 0 begins, number i + 1 belongs to step i. */
  noise: (draw: number) => Tensor
}

/**
 * Differentiable in the context: put noGrad around it where no gradient is wanted, or each step's activations stay.
 * @returns latents [B, C, h, w] as the diffusion knows them. Queued, not awaited: cancel between calls.
 */
export function generate(
  unet: Denoiser,
  sampler: Sampler,
  guidance: Guidance,
  inputs: GenerateInputs,
): Tensor {
  const { photoLatents, context, negative, noise } = inputs
  const { timesteps } = sampler
  // 1. Noise of the strength the sampler begins with.
  let latents = noise(0).mul(sampler.initialSigma)
  for (const [index, timestep] of timesteps.entries()) {
    latents = scope(() => {
      const branches = branchesOfStep(guidance, index, timesteps.length)
      // 2. One call of the network for all branches of all photos.
      const scaled = sampler.scaleInput(latents, index)
      const input = branchInputs({ latents: scaled, photoLatents, context, negative, timestep }, branches)
      const predicted = unet.forward(input.sample, input.timestep, input.context, branches.length)
      // 3. Guidance, 4. one step of the sampler.
      const fresh = sampler.needsNoise ? noise(index + 1) : undefined
      return sampler.step(combine(predicted, branches), index, latents, fresh)
    })
  }
  return latents
}

/**
 * Noise that depends on the seed and the photo only, never on the batch.
 * @param items [B] int64 on the CPU, one number a photo.
 */
export function noiseFor(
  shape: readonly number[],
  seed: number,
  items: Tensor,
  device: Parameters<typeof normal>[1]['device'],
): (draw: number) => Tensor {
  return (draw) => normal(shape, { seed, item: items, draw, device })
}
