import { invalidArgument } from '../../errors.js'
import type { NoiseSchedule } from '../noise-schedule.js'
import { Ddim } from './ddim.js'
import { DpmSolver } from './dpm-solver.js'
import { Euler } from './euler.js'
import { EulerAncestral } from './euler-ancestral.js'
import { SAMPLER_NAMES, type SamplerName } from './names.js'
import type { Sampler } from './sampler.js'

export { DEFAULT_SAMPLER, SAMPLER_NAMES, type SamplerName } from './names.js'
export type { Sampler } from './sampler.js'

const SAMPLERS: Record<SamplerName, new (schedule: NoiseSchedule, steps: number) => Sampler> = {
  ddim: Ddim,
  euler: Euler,
  'euler-ancestral': EulerAncestral,
  'dpm-solver++': DpmSolver,
}

/** @throws INVALID_ARGUMENT for a name that is not known, or for steps that are not 1 to schedule.timesteps. */
export function createSampler(name: SamplerName, schedule: NoiseSchedule, steps: number): Sampler {
  if (!Object.hasOwn(SAMPLERS, name))
    throw invalidArgument('sampler', `one of ${SAMPLER_NAMES.join(', ')}`, name)
  if (!Number.isInteger(steps) || steps < 1 || steps > schedule.timesteps)
    throw invalidArgument('steps', `a whole number from 1 to ${schedule.timesteps}`, steps)
  return new SAMPLERS[name](schedule, steps)
}
