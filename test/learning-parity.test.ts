import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bundle, loadBundle } from '../lib/bundle/bundle.js'
import { readSafetensors, type SafetensorsFile } from '../lib/data/safetensors.js'
import { fromStored } from '../lib/data/stored-tensor.js'
import { NoiseSchedule } from '../lib/diffusion/noise-schedule.js'
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
  bundle = await loadBundle(fixture('tiny'), { device: 'cpu' })
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
  return {
    count,
    sketchLatents: bundle.vae.encode(sketches),
    photoLatents: bundle.vae.mode(photos),
    editDirection: bundle.images.encode(sketches).sub(bundle.images.encode(photos)).mean([0], true),
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
      const losses = objective.losses(instruction.context(), t, noise)
      const gradient = await torch.grad(losses[term], instruction.rows).toArray()
      const wanted = await values(`gradient.${term}`)
      expect(cosine(gradient, wanted)).toBeGreaterThan(0.9999)
      expect(Math.abs(length(gradient) / length(wanted) - 1)).toBeLessThan(0.001)
    },
  )

  it.each(['paper', 'visii', 'default', 'as-printed', 'clipped', 'three-pairs'])(
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
