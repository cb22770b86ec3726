import { describe, expect, it } from 'vitest'
import { heldDraws, learningDraws } from '../lib/style/draws.js'
import { RECIPES, recipe } from '../lib/style/recipe.js'

describe('the presets', () => {
  it('paper: section 4.1 and Algorithm 1', () => {
    expect(RECIPES.paper).toMatchObject({
      steps: 12000,
      learningRate: 1e-3,
      weightDecay: 0.01,
      weights: { reconstruction: 4, edit: 0.1 },
      editSign: 'towards',
      clampCosine: false,
      prediction: { kind: 'conditional' },
      draws: { kind: 'fresh' },
      returned: { kind: 'last' },
    })
  })

  it("visii: its authors' code", () => {
    expect(RECIPES.visii).toMatchObject({
      steps: 1000,
      learningRate: 1e-3,
      weights: { reconstruction: 4, edit: 0.1 },
      editSign: 'towards',
      clampCosine: true,
      prediction: { kind: 'guided', text: 7.5, image: 1.5 },
      draws: { kind: 'each-timestep' },
      returned: { kind: 'lowest-step' },
      pez: { tokens: 10 },
    })
  })

  it('default: the gradient of a drawing, at most 1,000 steps, the best on draws it never learned on', () => {
    expect(RECIPES.default.steps).toBeLessThanOrEqual(1000)
    expect(RECIPES.default.drawing?.steps).toBeGreaterThan(1)
    expect(RECIPES.default.returned.kind).toBe('likest')
  })

  it('refuse an unknown name and values that make no sense, saying what was expected', () => {
    expect(() => recipe('papre' as 'paper')).toThrow(
      /one of paper, visii, default for recipe but received "papre"/,
    )
    expect(() => recipe('paper', { steps: 0 })).toThrow(/whole number from 1 for steps but received 0/)
    expect(() => recipe('paper', { batch: 0.5 })).toThrow(/whole number from 1 for batch/)
    expect(() => recipe('paper', { learningRate: -1 })).toThrow(/above 0 for learning rate/)
    expect(() => recipe('paper', { clipGradient: Number.NaN })).toThrow(/gradient clipping/)
  })
})

describe('what the steps see', () => {
  const sorted = (values: number[]) => [...values].sort((a, b) => a - b)

  it('fresh: timesteps uniform over all, with replacement, and a new noise each step', () => {
    const { timesteps, draws } = learningDraws(recipe('paper'), 1000, 1)
    expect(draws).toEqual([...Array(12000).keys()])
    expect(Math.min(...timesteps)).toBe(0)
    expect(Math.max(...timesteps)).toBe(999)
    expect(new Set(timesteps.slice(0, 1000)).size).toBeLessThan(700)
    const mean = timesteps.reduce((sum, t) => sum + t) / timesteps.length
    expect(Math.abs(mean - 499.5)).toBeLessThan(10)
  })

  it('each-timestep: every timestep once an epoch, always with its own noise', () => {
    const { timesteps, draws } = learningDraws(recipe('visii', { steps: 1500 }), 1000, 1)
    expect(sorted(timesteps.slice(0, 1000))).toEqual([...Array(1000).keys()])
    expect(timesteps.slice(0, 1000)).not.toEqual([...Array(1000).keys()])
    expect(draws).toEqual(timesteps)
  })

  it('fixed: a few pairs evenly spread over the timesteps, each seen equally often', () => {
    const { timesteps, draws } = learningDraws(
      recipe('default', { steps: 40, draws: { kind: 'fixed', count: 10 } }),
      1000,
      1,
    )
    expect(sorted([...new Set(timesteps)])).toEqual([50, 150, 250, 350, 450, 550, 650, 750, 850, 950])
    for (const draw of new Set(draws)) expect(draws.filter((other) => other === draw).length).toBe(4)
    const pairs = new Set(timesteps.map((t, i) => `${t} ${draws[i]}`))
    expect(pairs.size).toBe(10)
  })

  it('in batches: as many draws a step, in the same order', () => {
    const draws = (steps: number, batch: number) =>
      learningDraws(recipe('visii', { steps, batch, draws: { kind: 'fixed', count: 10 } }), 1000, 1)
    expect(draws(10, 4)).toEqual(draws(40, 1))
  })

  it('is the same for the same seed, and another for another', () => {
    expect(learningDraws(recipe('paper'), 1000, 5)).toEqual(learningDraws(recipe('paper'), 1000, 5))
    expect(learningDraws(recipe('paper'), 1000, 5)).not.toEqual(learningDraws(recipe('paper'), 1000, 6))
  })

  it('never meets the held draws', () => {
    for (const name of ['paper', 'visii', 'default'] as const) {
      const held = heldDraws(16, 1000)
      const { draws } = learningDraws(recipe(name), 1000, 0)
      for (const draw of held.draws) expect(draws).not.toContain(draw)
    }
  })
})
