import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Bundle, loadBundle } from '../lib/bundle/bundle.js'
import { readSafetensors, type SafetensorsFile } from '../lib/data/safetensors.js'
import { fromStored } from '../lib/data/stored-tensor.js'
import { NoiseSchedule } from '../lib/diffusion/noise-schedule.js'
import { DrawingLoss, type DrawingRecipe } from '../lib/style/drawing-loss.js'
import { type Draws, learningDraws } from '../lib/style/draws.js'
import { Instruction } from '../lib/style/instruction.js'
import { LearningRun } from '../lib/style/learning-run.js'
import { type EncodedPairs, Objective } from '../lib/style/objective.js'
import { RECIPES, type Recipe, type RecipeName, recipe } from '../lib/style/recipe.js'
import * as torch from '../lib/torch/index.js'
import { cosine, fixture, length, subtract } from './helpers.js'

/** What test/peer/learning.py calls a case. */
interface Case {
  learningRate: number
  guided: boolean
  clampCosine: boolean
  editSign: Recipe['editSign']
  clipGradient: number
  pairs: number
  noisePerTimestep: boolean
  edit: number
}

let bundle: Bundle
let peer: SafetensorsFile
let cases: Record<string, Case>
let timesteps: number[]

beforeAll(async () => {
  bundle = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'float32' })
  peer = await readSafetensors(fixture('learning.safetensors'))
  cases = JSON.parse(peer.metadata.cases as string)
  timesteps = JSON.parse(peer.metadata.timesteps as string)
})
afterAll(() => bundle.dispose())

const load = (name: string) => fromStored(peer.tensors[name]!)
const values = async (name: string) => (await load(name).toArray()) as Float32Array
const seed = () => Number(peer.metadata.seed)

function encodedPairs(count: number): EncodedPairs {
  const [photos, sketches] = ['photos', 'sketches'].map((name) => load(name).narrow(0, 0, count)) as [
    torch.Tensor,
    torch.Tensor,
  ]
  const photoFeatures = bundle.images.encode(photos)
  return {
    count,
    photos,
    sketches,
    sketchLatents: bundle.vae.encode(sketches),
    photoLatents: bundle.vae.mode(photos),
    photoFeatures,
    editDirection: bundle.images.encode(sketches).sub(photoFeatures).mean([0], true),
  }
}

/** The preset's recipe where the case has its name, with what the case changes. */
function recipeOf(
  name: string,
  { learningRate, editSign, clipGradient, guided, clampCosine, edit }: Case,
): Recipe {
  const preset: RecipeName = name in RECIPES ? (name as RecipeName) : 'paper'
  const chosen = recipe(preset, {
    steps: timesteps.length,
    learningRate,
    editSign,
    clipGradient,
    weights: { reconstruction: 4, edit },
    returned: { kind: guided ? 'lowest-step' : 'last' },
  })
  expect(chosen.clampCosine).toBe(clampCosine)
  expect(chosen.prediction.kind).toBe(guided ? 'guided' : 'conditional')
  return chosen
}

describe('against a PyTorch loop on the same weights, pairs, timesteps and noise', () => {
  it('the noise is the same', async () => {
    const items = torch.tensor(BigInt64Array.of(0n, 2n ** 40n + 5n), [2])
    const ours = await torch.normal([2, 4, 8, 8], { seed: seed(), item: items, draw: 3 }).toArray()
    const theirs = await values('noise')
    for (const [i, value] of theirs.entries()) expect(ours[i]).toBeCloseTo(value, 6)
  })

  it.each(['total', 'reconstruction', 'edit'] as const)(
    'the gradient of the %s loss is the same',
    async (term) => {
      const pairs = encodedPairs(1)
      const schedule = new NoiseSchedule(bundle.manifest.schedule)
      const negative = bundle.text.encode('').context
      const objective = new Objective(bundle, schedule, pairs, recipe('paper'), negative)
      const instruction = new Instruction(bundle.text.encode(peer.metadata.text as string), 77)
      const noise = torch.normal([1, 4, 8, 8], { seed: seed(), item: 0, draw: 0 })
      const t = torch.tensor(BigInt64Array.of(500n), [1])
      const context = instruction.context()
      const losses = objective.losses({ context, drawn: context }, t, noise)
      const gradient = await torch.grad(losses[term], instruction.rows).toArray()
      const wanted = await values(`gradient.${term}`)
      expect(cosine(gradient, wanted)).toBeGreaterThan(0.9999)
      expect(Math.abs(length(gradient) / length(wanted) - 1)).toBeLessThan(0.001)
    },
  )

  it.each(['alone', 'joined'])(
    "what diffusers' loop draws with the instruction %s lacks as much of the sketches, with the same gradient",
    async (name) => {
      const recipe = JSON.parse(peer.metadata.drawing as string) as DrawingRecipe
      const schedule = new NoiseSchedule(bundle.manifest.schedule)
      const negative = bundle.text.encode('').context
      const loss = new DrawingLoss(bundle, schedule, encodedPairs(2), recipe, negative)
      const initial = bundle.text.encode(peer.metadata.text as string)
      const instruction = new Instruction(initial, 77, bundle.text.encode(recipe.optional))
      const share = torch.full([], name === 'joined' ? 1 : 0)
      const noise = torch.normal([2, 4, 8, 8], {
        seed: seed(),
        item: torch.tensor(BigInt64Array.of(0n, 1n), [2]),
        draw: 0,
      })
      const value = loss.loss(instruction.drawn(instruction.context(), share), noise)
      const gradient = await torch.grad(value, instruction.rows).toArray()
      const [wanted] = await values(`drawing.${name}`)
      expect(Math.abs((await value.item()) / wanted! - 1)).toBeLessThan(1e-4)
      const direction = await values(`drawing.${name}.gradient`)
      expect(length(direction)).toBeGreaterThan(1e-4)
      expect(cosine(gradient, direction)).toBeGreaterThan(0.9999)
      expect(Math.abs(length(gradient) / length(direction) - 1)).toBeLessThan(0.001)
    },
  )

  it.each(['paper', 'visii', 'gentle', 'as-printed', 'clipped', 'three-pairs'])(
    '20 steps of %s: every loss term, the displacement, the iterate returned',
    async (name) => {
      const one = cases[name]!
      const chosen = recipeOf(name, one)
      const draws = one.noisePerTimestep ? timesteps : timesteps.map((_, step) => step)
      const initial = bundle.text.encode(peer.metadata.text as string)
      const run = new LearningRun(
        bundle,
        encodedPairs(one.pairs),
        initial,
        chosen,
        { timesteps, draws },
        seed(),
      )
      while (!run.finished) await run.advance(7)

      const losses = await values(`${name}.losses`)
      for (const [i, { total, reconstruction, edit }] of run.history.entries()) {
        expect(Math.abs(total - losses[3 * i]!)).toBeLessThan(1e-4)
        expect(Math.abs(reconstruction - losses[3 * i + 1]!)).toBeLessThan(1e-4)
        expect(Math.abs(edit - losses[3 * i + 2]!)).toBeLessThan(1e-4)
      }
      const { instruction } = await run.result()
      const width = bundle.manifest.text.width
      const start = await values(`${name}.initial`)
      const end = await values(`${name}.${chosen.returned.kind === 'last' ? 'final' : 'lowest'}`)
      const learned = instruction.subarray(width, width * initial.eos)
      const [ours, theirs] = [subtract(learned, start), subtract(end, start)]
      expect(length(theirs)).toBeGreaterThan(0.01)
      expect(cosine(ours, theirs)).toBeGreaterThan(0.999)
      expect(Math.abs(length(ours) / length(theirs) - 1)).toBeLessThan(0.01)
      run.dispose()
    },
  )
})

describe('guided steps on draws that come back', () => {
  const prediction = { kind: 'guided', text: 7.5, image: 1.5 } as const
  const steps = 20
  const chosen = recipe('visii', {
    ...{ steps, learningRate: 0.01, prediction, draws: { kind: 'fixed', count: 6 } },
    returned: { kind: 'last' },
  })

  /** VISII's loop as it is written: three branches in one call, the gradient through all of them. */
  async function threeBranches(pairs: EncodedPairs, draws: Draws) {
    const { photoLatents, sketchLatents } = pairs
    const schedule = new NoiseSchedule(bundle.manifest.schedule)
    const instruction = new Instruction(bundle.text.encode(peer.metadata.text as string), 77)
    const { context: negative } = bundle.text.encode('')
    const objective = new Objective(bundle, schedule, pairs, chosen, negative)
    const optimizer = new torch.AdamW([instruction.rows], { lr: chosen.learningRate, weightDecay: 0.01 })
    const losses: number[] = []
    for (const [step, timestep] of draws.timesteps.entries()) {
      const t = torch.tensor(BigInt64Array.of(BigInt(timestep)), [1])
      const noise = torch.normal([1, 4, 8, 8], { seed: seed(), item: 0, draw: draws.draws[step]! })
      const noised = schedule.addNoise(sketchLatents, noise, t)
      const predicted = bundle.unet.forward(
        torch.cat([
          ...[photoLatents, photoLatents, photoLatents.mul(0)].map((photo) => torch.cat([noised, photo], 1)),
        ]),
        t.expand([3]),
        torch.cat([instruction.context(), negative, negative]),
      )
      const [text, image, none] = [0, 1, 2].map((row) => predicted.narrow(0, row, 1)) as torch.Tensor[]
      const guided = none!.add(text!.sub(image!).mul(7.5)).add(image!.sub(none!).mul(1.5))
      const target = schedule.target(sketchLatents, noise, t)
      const total = torch.mse(guided, target).mul(4).add(objective.edit(instruction.context()).mul(0.1))
      losses.push(await total.item())
      optimizer.step([torch.grad(total, instruction.rows)])
    }
    return { losses, rows: (await instruction.rows.toArray()) as Float32Array }
  }

  it('in batches take the mean of the gradients that their draws have alone', async () => {
    const pairs = encodedPairs(2)
    const initial = bundle.text.encode(peer.metadata.text as string)
    const batch = 3
    const one = recipe('visii', { ...chosen, steps: 1, batch })
    const draws = { timesteps: [50, 450, 450], draws: [1, 2, 1] }
    const rows = initial.context.narrow(1, 1, initial.eos - 1)
    const start = (await rows.toArray()) as Float32Array
    const objective = new Objective(
      ...([bundle, new NoiseSchedule(bundle.manifest.schedule), pairs, one] as const),
      bundle.text.encode('').context,
    )
    const instruction = new Instruction(initial, 77)
    const context = instruction.context()
    const losses = draws.timesteps.map((timestep, i) => {
      const t = torch.tensor(BigInt64Array.of(BigInt(timestep), BigInt(timestep)), [2])
      const item = torch.tensor(BigInt64Array.of(0n, 1n), [2])
      const noise = torch.normal([2, 4, 8, 8], { seed: seed(), item, draw: draws.draws[i]! })
      return objective.losses({ context, drawn: context }, t, noise).total
    })
    const mean = losses.reduce((sum, loss) => sum.add(loss)).div(batch)
    const optimizer = new torch.AdamW([instruction.rows], { lr: one.learningRate, weightDecay: 0.01 })
    optimizer.step([torch.grad(mean, instruction.rows)])

    const run = new LearningRun(bundle, pairs, initial, one, draws, seed())
    await run.advance(1)
    expect(run.finished).toBe(true)
    expect(run.history[0]!.total).toBeCloseTo(await mean.item(), 4)
    const { width } = bundle.manifest.text
    const learned = (await run.result()).instruction.subarray(width, width * initial.eos)
    const wanted = (await instruction.rows.toArray()) as Float32Array
    // A first step of Adam goes as far wherever the gradient is not zero: its direction tells.
    expect(cosine(subtract(learned, start), subtract(wanted, start))).toBeGreaterThan(0.999)
    run.dispose()
  })

  it('learn with one branch a step what three branches learn', async () => {
    const pairs = encodedPairs(1)
    const draws = learningDraws(chosen, 1000, 3)
    const initial = bundle.text.encode(peer.metadata.text as string)
    const start = (await initial.context.toArray()) as Float32Array
    const wanted = await threeBranches(pairs, draws)
    const calls = vi.spyOn(bundle.unet, 'forward')
    const run = new LearningRun(bundle, pairs, initial, chosen, draws, seed())
    while (!run.finished) await run.advance(7)
    // The step that was recorded, and each draw's other two branches once.
    expect(calls).toHaveBeenCalledTimes(1 + 6)
    calls.mockRestore()
    for (const [i, { total }] of run.history.entries())
      expect(Math.abs(total - wanted.losses[i]!)).toBeLessThan(1e-4 * wanted.losses[i]!)
    const { width } = bundle.manifest.text
    const learned = (await run.result()).instruction.subarray(width, width * initial.eos)
    const origin = start.subarray(width, width * initial.eos)
    const [ours, theirs] = [subtract(learned, origin), subtract(wanted.rows, origin)]
    expect(length(theirs)).toBeGreaterThan(0.1)
    expect(cosine(ours, theirs)).toBeGreaterThan(0.9999)
    expect(Math.abs(length(ours) / length(theirs) - 1)).toBeLessThan(1e-3)
    run.dispose()
  })
})
