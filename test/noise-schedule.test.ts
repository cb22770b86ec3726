import { describe, expect, it } from 'vitest'
import { NoiseSchedule, type PredictionType } from '../lib/diffusion/noise-schedule.js'
import * as torch from '../lib/torch/index.js'
import { convertPrediction } from './predictions.js'
import { BETA_SCHEDULES, load, maxDifference, noiseSchedule, numbers } from './samplers-fixture.js'

const latents = load('start')
const noise = load('noise').select(0, 0)
/** Of test/peer/samplers.py. */
const timesteps = torch.tensor(BigInt64Array.of(981n, 20n), [2])

describe.each(BETA_SCHEDULES)('the %s schedule', (betas) => {
  it("has diffusers' alphas_cumprod", () => {
    const { alphasCumprod } = noiseSchedule(betas)
    const peer = numbers(`alphas_cumprod/${betas}`)
    expect(alphasCumprod).toHaveLength(1000)
    const relative = alphasCumprod.map((value, t) => Math.abs(value / peer[t]! - 1))
    expect(Math.max(...relative)).toBeLessThan(1e-6)
  })

  it("adds noise as diffusers' add_noise", async () => {
    const noised = noiseSchedule(betas).addNoise(latents, noise, timesteps)
    expect(await maxDifference(noised, load(`noised/${betas}`))).toBeLessThan(1e-6)
  })

  it("has diffusers' get_velocity as the target of v prediction", async () => {
    const velocity = noiseSchedule(betas, 'v_prediction').target(latents, noise, timesteps)
    expect(await maxDifference(velocity, load(`velocity/${betas}`))).toBeLessThan(1e-6)
  })
})

describe('NoiseSchedule', () => {
  it('wants the noise or the latents themselves of the other predictions', () => {
    expect(noiseSchedule('linear', 'epsilon').target(latents, noise, timesteps)).toBe(noise)
    expect(noiseSchedule('linear', 'sample').target(latents, noise, timesteps)).toBe(latents)
  })

  it('adds noise at the timesteps that a recorded step finds', async () => {
    const schedule = noiseSchedule()
    const t = torch.zeros([2], { dtype: 'int64' })
    const program = torch.record(() => schedule.addNoise(latents, noise, t))
    for (const values of [timesteps, torch.tensor(BigInt64Array.of(0n, 999n), [2])]) {
      t.copy_(values)
      await program.run()
      expect(await maxDifference(program.outputs, schedule.addNoise(latents, noise, values))).toBe(0)
    }
  })

  it('interpolates sigma / alpha between timesteps', () => {
    const schedule = noiseSchedule()
    const ratio = (t: number) => schedule.level(t).sigma / schedule.level(t).alpha
    expect(ratio(999)).toBeCloseTo(14.6146, 3)
    expect(ratio(0)).toBeCloseTo(0.029167, 5)
    expect(ratio(500.25)).toBeCloseTo(0.75 * ratio(500) + 0.25 * ratio(501), 12)
    const { alpha, sigma } = schedule.level(321.5)
    expect(alpha ** 2 + sigma ** 2).toBeCloseTo(1, 14)
  })

  it.each([-1, 999.5, Number.NaN])('has no level at timestep %s', (timestep) => {
    expect(() => noiseSchedule().level(timestep)).toThrow('a number from 0 to 999 for timestep')
  })

  it('names the schedules that there are', () => {
    const config = { timesteps: 10, betaStart: 0.1, betaEnd: 0.2, predictionType: 'epsilon' as const }
    expect(() => new NoiseSchedule({ ...config, betaSchedule: 'sigmoid' as 'linear' })).toThrow(
      'linear, scaled_linear or squaredcos_cap_v2 for betaSchedule but received "sigmoid"',
    )
  })
})

describe('predictionWeights', () => {
  const TYPES: PredictionType[] = ['epsilon', 'v_prediction', 'sample']
  const t = torch.tensor(BigInt64Array.of(700n, 700n), [2])
  const noised = noiseSchedule().addNoise(latents, noise, t)
  const level = noiseSchedule().level(700)
  const target = (type: PredictionType) => noiseSchedule('scaled_linear', type).target(latents, noise, t)

  it.each(TYPES.flatMap((from) => TYPES.map((to) => [from, to] as const)))(
    'from %s to %s',
    async (from, to) => {
      const converted = convertPrediction(target(from), from, to, level, noised)
      expect(await maxDifference(converted, target(to))).toBeLessThan(1e-5)
    },
  )
})
