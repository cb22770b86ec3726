import { readSafetensors } from '../lib/data/safetensors.js'
import {
  NoiseSchedule,
  type NoiseScheduleConfig,
  type PredictionType,
} from '../lib/diffusion/noise-schedule.js'
import * as torch from '../lib/torch/index.js'

export type BetaSchedule = NoiseScheduleConfig['betaSchedule']

/** As test/peer/samplers.py has them. */
const BETAS: Record<BetaSchedule, [number, number]> = {
  scaled_linear: [0.00085, 0.012],
  linear: [0.0001, 0.02],
  squaredcos_cap_v2: [0.0001, 0.02],
}
export const BETA_SCHEDULES = Object.keys(BETAS) as BetaSchedule[]

export function noiseSchedule(
  betaSchedule: BetaSchedule = 'scaled_linear',
  predictionType: PredictionType = 'epsilon',
) {
  const [betaStart, betaEnd] = BETAS[betaSchedule]
  return new NoiseSchedule({ timesteps: 1000, betaSchedule, betaStart, betaEnd, predictionType })
}

/** What diffusers gave: test/fixtures/samplers.safetensors, described in test/peer/samplers.py. */
const { tensors } = await readSafetensors('test/fixtures/samplers.safetensors')

export const fixtureNames = Object.keys(tensors)

export const numbers = (name: string) => new Float32Array(Uint8Array.from(tensors[name]!.data).buffer)

export const load = (name: string) => torch.tensor(numbers(name), tensors[name]!.shape)

export async function maxDifference(a: torch.Tensor, b: torch.Tensor): Promise<number> {
  return a.sub(b).abs().amax().item()
}
