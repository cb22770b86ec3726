import { describe, expect, it } from 'vitest'
import type { PredictionType } from '../lib/diffusion/noise-schedule.js'
import {
  createSampler,
  SAMPLER_NAMES,
  type Sampler,
  type SamplerName,
} from '../lib/diffusion/samplers/index.js'
import * as torch from '../lib/torch/index.js'
import { convertPrediction } from './predictions.js'
import {
  type BetaSchedule,
  fixtureNames,
  load,
  maxDifference,
  noiseSchedule,
  numbers,
} from './samplers-fixture.js'

type Network = (input: torch.Tensor, index: number) => torch.Tensor

const start = load('start')
const noise = load('noise')
const constants = load('constants')
/** The network of test/peer/samplers.py. */
const network: Network = (input, index) => input.mul(0.3).add(constants.select(0, index))

function sample(sampler: Sampler, predict = network): torch.Tensor[] {
  const path = [start.mul(sampler.initialSigma)]
  for (const index of sampler.timesteps.keys()) {
    const latents = path[index]!
    const predicted = predict(sampler.scaleInput(latents, index), index)
    path.push(
      sampler.step(predicted, index, latents, sampler.needsNoise ? noise.select(0, index % 20) : undefined),
    )
  }
  return path
}

const last = (sampler: Sampler, predict?: Network) => sample(sampler, predict).at(-1)!

describe("a step is diffusers' step", () => {
  const cases = fixtureNames.filter((name) => name.endsWith('/latents')).map((name) => name.split('/'))

  it('for all samplers, prediction types, schedules and numbers of steps', () => {
    expect(cases).toHaveLength(11 * 5 + 5)
    expect(new Set(cases.map(([sampler]) => sampler))).toEqual(new Set(SAMPLER_NAMES))
  })

  it.each(cases)('%s, %s, %s, %s steps', async (name, prediction, betas, steps) => {
    const schedule = noiseSchedule(betas as BetaSchedule, prediction as PredictionType)
    const sampler = createSampler(name as SamplerName, schedule, Number(steps))
    const key = `${name}/${prediction}/${betas}/${steps}`
    expect(sampler.timesteps).toEqual([...numbers(`${key}/timesteps`)])
    const path = sample(sampler)
    expect(await maxDifference(torch.stack(path.slice(1)), load(`${key}/latents`))).toBeLessThan(1e-4)
    if (!fixtureNames.includes(`${key}/scaled`)) return
    const scaled = torch.stack(sampler.timesteps.map((_, index) => sampler.scaleInput(path[index]!, index)))
    expect(await maxDifference(scaled, load(`${key}/scaled`))).toBeLessThan(1e-4)
  })
})

describe.each(SAMPLER_NAMES)('%s', (name) => {
  it('gives one result whichever way the network says the same', async () => {
    const [epsilon, v, original] = await Promise.all(
      (['epsilon', 'v_prediction', 'sample'] as const).map((type) => {
        const schedule = noiseSchedule('scaled_linear', type)
        const sampler = createSampler(name, schedule, 7)
        const predict: Network = (input, index) => {
          const level = schedule.level(sampler.timesteps[index]!)
          return convertPrediction(network(input, index), 'sample', type, level, input)
        }
        return last(sampler, predict).toArray()
      }),
    )
    for (const [index, value] of original!.entries()) {
      expect(Math.abs(Number(epsilon![index]) - Number(value))).toBeLessThan(1e-5)
      expect(Math.abs(Number(v![index]) - Number(value))).toBeLessThan(1e-5)
    }
  })

  it('ends at what a network says that knows the latents', async () => {
    // DDIM ends at the noise level of timestep 0, as Stable Diffusion's config has it.
    const truth = constants.select(0, 19)
    const sampler = createSampler(name, noiseSchedule('squaredcos_cap_v2', 'sample'), 12)
    const remains = name === 'ddim' ? 0.03 : 1e-6
    expect(
      await maxDifference(
        last(sampler, () => truth),
        truth,
      ),
    ).toBeLessThan(remains)
  })

  it('may be recorded, and stepped in scopes', async () => {
    const sampler = createSampler(name, noiseSchedule(), 4)
    const expected = await last(sampler).toArray()
    const program = torch.record(() => last(sampler))
    await program.run(2)
    expect(await program.outputs.toArray()).toEqual(expected)
    let latents = start.mul(sampler.initialSigma)
    for (const index of sampler.timesteps.keys()) {
      latents = torch.scope(() => {
        const predicted = network(sampler.scaleInput(latents, index), index)
        return sampler.step(predicted, index, latents, noise.select(0, index))
      })
    }
    expect(await latents.toArray()).toEqual(expected)
  })

  it('keeps no tensor when a run is over', async () => {
    const sampler = createSampler(name, noiseSchedule(), 3)
    const tensors = async () => {
      await start.ready()
      return torch.memoryStatistics().tensors
    }
    const before = await tensors()
    for (let i = 0; i < 5; i++) torch.scope(() => last(sampler)).dispose()
    expect(await tensors()).toBeLessThanOrEqual(before)
  })

  it('takes every timestep when asked to', async () => {
    const schedule = noiseSchedule()
    const sampler = createSampler(name, schedule, schedule.timesteps)
    expect(sampler.timesteps).toHaveLength(schedule.timesteps)
    const zero: Network = (input) => input.mul(0)
    const largest = await last(sampler, zero).abs().amax().item()
    expect(Number.isFinite(largest)).toBe(true)
  })

  it('works in float16', async () => {
    const sampler = createSampler(name, noiseSchedule('scaled_linear', 'sample'), 5)
    const half = (tensor: torch.Tensor) => tensor.to({ dtype: 'float16' })
    let latents = half(start.mul(sampler.initialSigma))
    for (const index of sampler.timesteps.keys()) {
      const predicted = half(network(sampler.scaleInput(latents, index), index))
      latents = sampler.step(predicted, index, latents, half(noise.select(0, index)))
    }
    expect(await maxDifference(latents, last(sampler))).toBeLessThan(0.02)
  })

  it('refuses steps it does not have', () => {
    const sampler = createSampler(name, noiseSchedule(), 2)
    expect(() => sampler.step(start, 2, start, start)).toThrow(
      /index of a step, 0 to 1, for index but received 2/,
    )
  })
})

describe('DPM-Solver++', () => {
  const steps = (sampler: Sampler, indices: number[]) => {
    let latents = start
    for (const index of indices) latents = sampler.step(network(latents, index), index, latents)
    return latents.toArray()
  }

  it('forgets a run that was broken off', async () => {
    const sampler = createSampler('dpm-solver++', noiseSchedule(), 5)
    const fresh = await steps(sampler, [0, 1, 2, 3, 4])
    await steps(sampler, [0, 1, 2])
    expect(await steps(sampler, [0, 1, 2, 3, 4])).toEqual(fresh)
  })

  it('begins a run in the middle with a step of first order', async () => {
    const sampler = createSampler('dpm-solver++', noiseSchedule(), 5)
    const whole = await steps(sampler, [0, 1, 2])
    const middle = await steps(sampler, [2])
    expect(await steps(sampler, [0, 2])).not.toEqual(whole)
    expect(await steps(createSampler('dpm-solver++', noiseSchedule(), 5), [2])).toEqual(middle)
  })
})

describe('createSampler', () => {
  it('names the samplers that there are', () => {
    expect(() => createSampler('plms' as SamplerName, noiseSchedule(), 5)).toThrow(
      'one of ddim, euler, euler-ancestral, dpm-solver++ for sampler but received "plms"',
    )
    expect(() => createSampler('toString' as SamplerName, noiseSchedule(), 5)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  })

  it.each([0, 1001, 2.5, Number.NaN])('refuses %s steps', (steps) => {
    expect(() => createSampler('ddim', noiseSchedule(), steps)).toThrow(
      'a whole number from 1 to 1000 for steps',
    )
  })

  it('gives an ancestral sampler that asks for its noise', () => {
    const sampler = createSampler('euler-ancestral', noiseSchedule(), 2)
    expect(() => sampler.step(start, 0, start)).toThrow('standard normal noise')
    expect(() => sampler.step(start, 1, start)).not.toThrow()
  })
})
