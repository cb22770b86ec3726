import type { Bundle } from '../bundle/bundle.js'
import { generate } from '../diffusion/generate.js'
import type { NoiseSchedule } from '../diffusion/noise-schedule.js'
import { createSampler } from '../diffusion/samplers/index.js'
import type { Tensor } from '../torch/index.js'

/** What the pairs' photos are drawn with; a row a drawing. */
export interface PairDrawing {
  /** Of DPM-Solver++. */
  steps: number
  /** [B, C, h, w], not scaled. */
  photoLatents: Tensor
  /** [B, tokens, width] */
  context: Tensor
  /** [B, tokens, width]: the empty text, where the bundle's own guidance needs it. */
  negative: Tensor
  /** [B, C, h, w], standard normal: what the drawings begin from. */
  noise: Tensor
}

/** Photos as the bundle draws them, differentiable in the context. @returns [B, 3, H, W] in [-1, 1] */
export function drawPairs(
  { unet, vae, manifest }: Bundle,
  schedule: NoiseSchedule,
  { steps, photoLatents, context, negative, noise }: PairDrawing,
): Tensor {
  const sampler = createSampler('dpm-solver++', schedule, steps)
  const latents = generate(unet, sampler, manifest.guidance, {
    ...{ photoLatents, context, negative },
    noise: () => noise,
  })
  return vae.decode(latents)
}
