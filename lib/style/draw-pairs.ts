import type { Bundle } from '../bundle/bundle.js'
import { type GenerateInputs, generate } from '../diffusion/generate.js'
import type { NoiseSchedule } from '../diffusion/noise-schedule.js'
import { createSampler, type SamplerName } from '../diffusion/samplers/index.js'
import type { Tensor } from '../torch/index.js'

/** What the pairs' photos are drawn with; a row a drawing. */
export interface PairDrawing extends GenerateInputs {
  sampler: SamplerName
  steps: number
}

/** Photos as the bundle draws them, differentiable in the context. @returns [B, 3, H, W] in [-1, 1] */
export function drawPairs(
  { unet, vae, manifest }: Bundle,
  schedule: NoiseSchedule,
  { sampler, steps, ...inputs }: PairDrawing,
): Tensor {
  return vae.decode(generate(unet, createSampler(sampler, schedule, steps), manifest.guidance, inputs))
}
