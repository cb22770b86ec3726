import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Sketcher } from '../lib/batch/sketcher.js'
import { type Bundle, loadBundle } from '../lib/bundle/bundle.js'
import { readImage } from '../lib/data/image.js'
import { checkAgainstDiffusers } from '../lib/diffusion/check-bundle.js'
import { NoiseSchedule } from '../lib/diffusion/noise-schedule.js'
import { Instruction } from '../lib/style/instruction.js'
import { learnStyle } from '../lib/style/learn.js'
import { Objective } from '../lib/style/objective.js'
import { encodePairs, type PreparedPair } from '../lib/style/pairs.js'
import { type Recipe, type RecipeName, recipe } from '../lib/style/recipe.js'
import type { StepLosses } from '../lib/style/step-losses.js'
import { autoDtype } from '../lib/torch/auto-dtype.js'
import * as torch from '../lib/torch/index.js'
import { withGradients } from './gradients.js'
import { apart, cosine, fixture, length, maxDifference, subtract } from './helpers.js'
import { makePhotos } from './photos.js'
import { settledMemory } from './tensors.js'

const DEVICE: torch.Device = 'cuda'
const { cudaDevices, graphs } = await torch.inspectDevices()
if (cudaDevices === 0) console.warn('NO GPU: nothing that is claimed of CUDA is tested here')

const TEXT = 'a pencil sketch of a face'
const device = DEVICE

/** Runs `work` with CUDA graphs switched off. */
async function stepByStep<T>(work: () => Promise<T>): Promise<T> {
  process.env.SILVERPOINT_CUDA_GRAPHS = 'off'
  try {
    return await work()
  } finally {
    delete process.env.SILVERPOINT_CUDA_GRAPHS
  }
}

describe.skipIf(cudaDevices === 0)('tensors on a GPU', () => {
  it('come back as they were put in, of every dtype', async () => {
    const floats = Float32Array.of(1.5, -2, 3.25, 0)
    const there = torch.tensor(floats, [2, 2], { device })
    expect(await there.toArray()).toEqual(floats)
    expect(await there.to({ dtype: 'bfloat16' }).toArray()).toEqual(floats)
    expect(await there.to({ dtype: 'float64' }).toArray()).toEqual(Float64Array.from(floats))
    expect(await there.gt(0).toArray()).toEqual(Uint8Array.of(1, 0, 1, 0))
    expect(await torch.tensor(BigInt64Array.of(2n ** 40n), [1], { device }).item()).toBe(2 ** 40)
    expect(await there.transpose(0, 1).toArray()).toEqual(Float32Array.of(1.5, 3.25, -2, 0))
    await there.ready()
  })

  it('compute what the CPU computes', async () => {
    const of = async (device: torch.Device) => {
      const x = torch.normal([64, 64], { seed: 1, device })
      const better = x.gt(0)
      return torch.where(better, x.matmul(x), x.exp()).softmax(1).sum([0]).toArray()
    }
    expect(apart(await of(DEVICE), await of('cpu'))).toBeLessThan(1e-5)
  })

  it('see the same noise, and are copied in place from and to the CPU', async () => {
    const [there, here] = [torch.normal([5], { seed: 3, device }), torch.normal([5], { seed: 3 })]
    expect(await there.toArray()).toEqual(await here.toArray())
    there.copy_(torch.full([5], 2))
    here.copy_(there)
    expect(await here.toArray()).toEqual(new Float32Array(5).fill(2))
  })

  it('that do not fit are an error one can catch, and the process goes on', async () => {
    const error = await torch
      .zeros([2 ** 42], { device })
      .ready()
      .catch((error) => error)
    expect(error).toMatchObject({ code: 'OUT_OF_MEMORY' })
    expect(await torch.ones([3], { device }).sum().item()).toBe(3)
  })

  it('have bfloat16 chosen for them by the GPU', async () => {
    await using bundle = await loadBundle(fixture('tiny'), { device })
    expect(bundle.dtype).toBe(await autoDtype(DEVICE))
    expect(['bfloat16', 'float32']).toContain(bundle.dtype)
  })
})

describe.skipIf(cudaDevices === 0)('a program recorded on a GPU', () => {
  it('is captured where LibTorch offers graphs, and not where they are switched off', async () => {
    const count = async () => {
      const counter = torch.zeros([], { device })
      const doubled = torch.record(() => counter.add_(1).mul(2))
      const [values] = await doubled.run(6, { watch: [doubled.outputs] })
      expect([...values!]).toEqual([2, 4, 6, 8, 10, 12])
      return doubled.captured
    }
    expect(await count()).toBe(graphs)
    expect(await stepByStep(count)).toBe(false)
  })

  it('does the same captured as step by step, with noise and counters from the host, and AdamW', async () => {
    const target = torch.normal([4, 3, 16, 16], { seed: 7, device })
    const weight = torch.normal([8, 3, 3, 3], { seed: 8, device })
    const back = torch.normal([3, 8, 3, 3], { seed: 9, device })
    const convolve = (input: torch.Tensor, kernel: torch.Tensor) =>
      torch.op('aten::conv2d', '', [input, kernel, null, [1, 1], [1, 1], [1, 1], 1])[0] as torch.Tensor
    const descend = async () => {
      const x = torch.zeros([4, 3, 16, 16], { device }).requiresGrad()
      const draw = torch.tensor(BigInt64Array.of(0n), [1])
      const best = { score: torch.full([], 1e9, { device }), draw: torch.tensor(BigInt64Array.of(0n), [1]) }
      const optimizer = new torch.AdamW([x], { lr: 0.05, device })
      const step = torch.record(() => {
        const noise = torch.normal([4, 3, 16, 16], { seed: 5, draw, device })
        const made = convolve(convolve(x.add(noise.mul(0.1)), weight).softmax(1), back)
        const constant = torch.tensor([1, 2, 3], [1, 3, 1, 1], { device })
        const loss = torch.mse(made.mul(constant), target)
        const gradient = torch.grad(loss, x)
        torch.noGrad(() => {
          const better = loss.detach().lt(best.score)
          best.score.copy_(torch.where(better, loss.detach(), best.score))
          best.draw.copy_(torch.where(better.to({ device: 'cpu' }), draw, best.draw))
        })
        optimizer.step([gradient])
        draw.add_(1)
        return loss
      })
      const losses: number[] = []
      for (let i = 0; i < 4; i++) losses.push(...(await step.run(5, { watch: [step.outputs] }))[0]!)
      const state = await Promise.all(Object.values(optimizer.state()).map((value) => value.toArray()))
      return {
        captured: step.captured,
        losses,
        state: [await x.toArray(), ...state],
        host: [await draw.item(), await best.draw.item()],
      }
    }
    const [captured, plain] = [await descend(), await stepByStep(descend)]
    expect([captured.captured, plain.captured]).toEqual([graphs, false])
    expect(plain.losses.at(-1)).toBeLessThan(plain.losses[0]! * 0.9)
    expect(captured.host).toEqual(plain.host)
    expect(apart(captured.losses, plain.losses)).toBeLessThan(1e-5)
    for (const [i, value] of captured.state.entries())
      expect(apart(value, plain.state[i]!)).toBeLessThan(1e-4)
  })

  it('reads what its static inputs hold, though another program has put other tensors there', async () => {
    const seed = torch.zeros([], { device })
    const first = torch.record(() => seed.add(1))
    await first.run()
    const second = torch.record(() => first.outputs.mul(10))
    await second.run(5)
    expect(await second.outputs.item()).toBe(10)
    seed.fill_(4)
    await first.run(5)
    await second.run()
    expect(await second.outputs.item()).toBe(50)
  })

  it('gives its memory back: a hundred and sixty of a gigabyte, one after the other', async () => {
    const x = torch.ones([2 ** 27], { device })
    const before = await settledMemory()
    for (let i = 0; i < 160; i++) {
      using program = torch.record(() => x.mul(2).add(1).sum())
      await program.run(4)
      program.outputs.dispose()
    }
    const after = await settledMemory()
    expect(after.bytes - before.bytes).toBeLessThan(2 ** 20)
    x.dispose()
  })
})

describe.skipIf(cudaDevices === 0)('our own kernels of a GPU', () => {
  const normal = (shape: number[], seed: number) => torch.normal(shape, { seed })
  const HALF = ['bfloat16', 'float16'] as const

  it("are compiled there, and found to compute what LibTorch's do", async () => {
    expect(await torch.hasOwnKernels(DEVICE)).toBe(true)
  })

  /** Results and gradients by the first tensors, of numbers that the type holds; the others are frozen. */
  async function both(
    operator: string,
    dtype: (typeof HALF)[number],
    given: { inputs: torch.Tensor[]; frozen?: torch.Tensor[] },
    asked: (inputs: torch.Tensor[], frozen: torch.Tensor[]) => torch.OpArgument[],
  ) {
    const on = (device: torch.Device, to: torch.DType) => {
      const there = (one: torch.Tensor) => one.to({ dtype }).to({ device, dtype: to })
      const inputs = given.inputs.map((one) => there(one).requiresGrad())
      const frozen = (given.frozen ?? []).map(there)
      return withGradients(torch.op(operator, '', asked(inputs, frozen))[0] as torch.Tensor, inputs)
    }
    const [own, wanted] = [await on(DEVICE, dtype), await on('cpu', 'float32')]
    expect(own).toHaveLength(1 + given.inputs.length)
    return own.map((array, which) => apart(array, wanted[which]!))
  }

  // From SD1.5's largest picture to its smallest, and the embedded bundle's; no thread's channels end with a group's in the first.
  const shapes = [
    { rows: 1, channels: 320, side: 64, groups: 32 },
    { rows: 3, channels: 2560, side: 8, groups: 32 },
    { rows: 2, channels: 96, side: 32, groups: 16 },
  ]
  it.each(HALF.flatMap((dtype) => shapes.map((shape) => ({ dtype, ...shape }))))(
    'normalise groups as the CPU does in float32: %o',
    async ({ dtype, rows, channels, side, groups }) => {
      const film = [rows, channels, 1, 1]
      const distances = await both(
        'silverpoint::group_norm',
        dtype,
        {
          inputs: [normal([rows, channels, side, side], 1).add(0.5), normal(film, 2), normal(film, 3)],
          frozen: [normal([channels], 4), normal([channels], 5)],
        },
        ([input, factor, shift], [weight, bias]) => [
          ...[input!, groups, weight!, bias!, 1e-5],
          ...[factor!, shift!, true],
        ],
      )
      expect(Math.max(...distances)).toBeLessThan(0.01)
    },
  )

  it.each(HALF)('compute GEGLU in %s as the CPU does in float32', async (dtype) => {
    const given = { inputs: [normal([3, 7, 96], 1).mul(2)] }
    const distances = await both('silverpoint::geglu', dtype, given, ([input]) => [input!])
    expect(Math.max(...distances)).toBeLessThan(0.01)
  })
})

describe.skipIf(cudaDevices === 0)('a bundle on a GPU', () => {
  let [here, there] = [] as unknown as [Bundle, Bundle]
  let folder: string
  let pair: PreparedPair

  beforeAll(async () => {
    here = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'float32' })
    there = await loadBundle(fixture('tiny'), { device, dtype: 'float32' })
    folder = await mkdtemp(join(tmpdir(), 'silverpoint-cuda-'))
    const [photo, sketch] = await makePhotos(folder, ['pair/photo.png', 'pair/sketch.png'])
    const side = here.manifest.resolution
    const square = async (path: string) => {
      const { data, width, height } = await readImage(path)
      const cut = new Float32Array(3 * side * side)
      for (let c = 0; c < 3; c++)
        for (let y = 0; y < side; y++)
          for (let x = 0; x < side; x++)
            cut[(c * side + y) * side + x] = data[(c * height + (y % height)) * width + (x % width)] as number
      return { width: side, height: side, data: cut }
    }
    pair = { photo: await square(photo!), sketch: await square(sketch!) }
  })
  afterAll(async () => {
    for (const bundle of [here, there]) bundle?.dispose()
    await rm(folder, { recursive: true })
  })

  it('is that of diffusers and transformers in float32: every role, and a whole image', async () => {
    for (const found of await checkAgainstDiffusers(there, fixture('tiny-reference.safetensors')))
      expect(found.difference / found.magnitude, found.what).toBeLessThan(5e-4)
  })

  it.each(['bfloat16', 'float16'] as const)('stays near them in %s', async (dtype) => {
    await using half = await loadBundle(fixture('tiny'), { device, dtype })
    for (const found of await checkAgainstDiffusers(half, fixture('tiny-reference.safetensors')))
      expect(found.difference / found.magnitude, found.what).toBeLessThan(0.1)
  })

  it('gives the instruction the gradient that the CPU gives', async () => {
    const gradientOf = (bundle: Bundle, device: torch.Device) => {
      const schedule = new NoiseSchedule(bundle.manifest.schedule, device)
      const negative = bundle.text.encode('').context
      const pairs = encodePairs(bundle, [pair])
      const objective = new Objective(bundle, schedule, pairs, recipe('default'), negative)
      const instruction = new Instruction(bundle.text.encode(TEXT), bundle.manifest.text.tokens)
      const noise = torch.normal([1, ...bundle.vae.latentShape(bundle.manifest.resolution)], {
        ...{ seed: 1, device },
      })
      const t = torch.tensor(BigInt64Array.of(500n), [1], { device })
      const context = instruction.context()
      return torch
        .grad(objective.losses({ context, drawn: context }, t, noise).total, instruction.rows)
        .toArray()
    }
    const [ours, theirs] = [await gradientOf(there, DEVICE), await gradientOf(here, 'cpu')]
    expect(cosine(ours, theirs)).toBeGreaterThan(0.999)
    expect(Math.abs(length(ours) / length(theirs) - 1)).toBeLessThan(0.01)
  })

  async function learned(bundle: Bundle, name: RecipeName, changes: Partial<Recipe> = {}) {
    const steps: StepLosses[] = []
    const style = await learnStyle(bundle, pair, {
      ...{ recipe: name, text: TEXT, seed: 5, crop: 'none' },
      changes: { steps: 24, plainTexts: false, ...changes },
      onStep: (losses) => steps.push(losses),
    })
    const initial = bundle.text.encode(TEXT).context
    const start = await initial.toArray()
    initial.dispose()
    return { totals: steps.map(({ total }) => total), way: subtract(style.instruction, start) }
  }

  it.each(['paper', 'visii', 'default'] as const)(
    'learns by the recipe %s as the CPU does, captured and step by step',
    async (name) => {
      const wanted = await learned(here, name)
      const runs = {
        captured: await learned(there, name),
        plain: await stepByStep(() => learned(there, name)),
      }
      for (const [what, { totals, way }] of Object.entries(runs)) {
        expect(totals).toHaveLength(24)
        expect(apart(totals, wanted.totals), `${what} losses`).toBeLessThan(0.01)
        expect(length(way), what).toBeGreaterThan(0)
        expect(apart(way, wanted.way), `${what} displacement`).toBeLessThan(0.05)
      }
    },
    300_000,
  )

  it('learns in bfloat16 near what it learns in float32', async () => {
    await using half = await loadBundle(fixture('tiny'), { device, dtype: 'bfloat16' })
    const [ours, wanted] = [await learned(half, 'default'), await learned(there, 'default')]
    expect(apart(ours.totals, wanted.totals)).toBeLessThan(0.1)
  })

  it("has gradients in bfloat16 where cuDNN's attention gave NaN: heads of 48", async () => {
    await using embedded = await loadBundle(undefined, { device, dtype: 'bfloat16' })
    const { resolution, latents, text } = embedded.manifest
    const side = resolution / latents.downscale
    const normal = (shape: number[]) => torch.normal(shape, { seed: 1, device })
    const norm = torch.scope(() => {
      const context = normal([1, text.tokens, text.width]).requiresGrad()
      const timestep = torch.tensor(Float32Array.of(500), [1], { device })
      const predicted = embedded.unet.forward(
        normal([1, 2 * latents.channels, side, side]),
        timestep,
        context,
      )
      return torch.grad(predicted.pow(2).mean(), context).norm()
    })
    expect(await norm.item()).toBeGreaterThan(0)
    norm.dispose()
  })

  it('draws what the CPU draws, within two grey levels', async () => {
    const photos = await makePhotos(folder, ['a.png', 'b.png', 'c.png'])
    const drawn = async (bundle: Bundle) => {
      await using sketcher = new Sketcher(bundle, { optional: 'a pencil sketch', steps: 5, batch: 2 })
      const sketches: Float32Array[] = []
      for await (const { sketch, error } of sketcher.sketch(photos)) {
        if (error) throw error
        sketches.push(sketch!.data)
      }
      return sketches
    }
    const [ours, theirs] = [await drawn(there), await drawn(here)]
    for (const [i, sketch] of ours.entries())
      expect(maxDifference(sketch, theirs[i]!)).toBeLessThan((2 * 2) / 255)
  })

  it('gives its memory back', async () => {
    const before = await settledMemory()
    await using bundle = await loadBundle(fixture('tiny'), { device, dtype: 'float32' })
    await learned(bundle, 'paper')
    const after = await settledMemory()
    expect(after.tensors - before.tensors).toBe(0)
  })
})
