import { describe, expect, it } from 'vitest'
import { branchCoefficients, branchesOfStep, branchInputs, combine } from '../lib/diffusion/guidance.js'
import * as torch from '../lib/torch/index.js'

const normal = (shape: number[], item: number) => torch.normal(shape, { seed: 11, item })
const names = (guidance: { text: number; image: number }) =>
  branchCoefficients(guidance).map(({ branch }) => branch)

describe('branchCoefficients', () => {
  it('weighs text, image and uncond, in that order', () => {
    expect(branchCoefficients({ text: 7.5, image: 1.5 })).toEqual([
      { branch: 'text', coefficient: 7.5 },
      { branch: 'image', coefficient: -6 },
      { branch: 'uncond', coefficient: -0.5 },
    ])
  })

  it('leaves out the branches that do not count', () => {
    expect(names({ text: 7.5, image: 1 })).toEqual(['text', 'image'])
    expect(names({ text: 4, image: 4 })).toEqual(['text', 'uncond'])
    expect(names({ text: 1, image: 1 })).toEqual(['text'])
    expect(names({ text: 0, image: 1 })).toEqual(['image'])
    expect(names({ text: 0, image: 0 })).toEqual(['uncond'])
  })

  it('refuses what is no number', () => {
    expect(() => branchCoefficients({ text: Number.NaN, image: 1 })).toThrow(
      'a finite number for text guidance',
    )
    expect(() => branchCoefficients({ text: 1, image: Number.POSITIVE_INFINITY })).toThrow('image guidance')
  })
})

describe('branchesOfStep', () => {
  const guidance = { text: 7.5, image: 1.5 }
  const branches = (interval: { start?: number; stop?: number }) =>
    Array.from({ length: 10 }, (_, step) => branchesOfStep({ ...guidance, ...interval }, step, 10).length)

  it('guides all steps unless told', () => {
    expect(branches({})).toEqual(Array(10).fill(3))
  })

  it('takes one branch before the start and from the stop on', () => {
    expect(branches({ start: 0.25, stop: 0.7 })).toEqual([1, 1, 3, 3, 3, 3, 3, 1, 1, 1])
    expect(branches({ stop: 0 })).toEqual(Array(10).fill(1))
    expect(branchesOfStep({ ...guidance, start: 0.5 }, 0, 10)).toEqual([{ branch: 'text', coefficient: 1 }])
  })

  it('refuses fractions that are none', () => {
    expect(() => branches({ start: -0.1 })).toThrow('a number from 0 to 1 for guidance start')
    expect(() => branches({ stop: 20 })).toThrow('a number from 0 to 1 for guidance stop')
  })
})

describe('branchInputs', () => {
  const rows = {
    latents: normal([2, 3, 4, 5], 0),
    photoLatents: normal([2, 3, 4, 5], 1),
    context: normal([2, 6, 7], 2),
    negative: normal([2, 6, 7], 3),
  }

  it('lays branches one after the other, each with all photos', async () => {
    const inputs = branchInputs({ ...rows, timestep: 12.5 }, branchCoefficients({ text: 7.5, image: 1.5 }))
    const { latents, photoLatents, context, negative } = rows
    expect(await inputs.sample.shape()).toEqual([6, 6, 4, 5])
    const equal = async (a: torch.Tensor, b: torch.Tensor) =>
      expect(await a.toArray()).toEqual(await b.toArray())
    for (const branch of [0, 1, 2]) {
      const sample = inputs.sample.narrow(0, branch * 2, 2)
      await equal(sample.narrow(1, 0, 3), latents)
      await equal(sample.narrow(1, 3, 3), branch === 2 ? torch.zerosLike(photoLatents) : photoLatents)
      await equal(inputs.context.narrow(0, branch * 2, 2), branch === 0 ? context : negative)
    }
    expect(await inputs.timestep.toArray()).toEqual(new Float32Array(6).fill(12.5))
  })

  it('takes a timestep for each photo', async () => {
    const timestep = torch.tensor(BigInt64Array.of(3n, 800n), [2])
    const inputs = branchInputs({ ...rows, timestep }, branchCoefficients({ text: 2, image: 1 }))
    expect(await inputs.timestep.toArray()).toEqual(Float32Array.of(3, 800, 3, 800))
  })
})

describe('combine', () => {
  const predictions = {
    text: normal([2, 3, 4], 4),
    image: normal([2, 3, 4], 5),
    uncond: normal([2, 3, 4], 6),
  }

  /** The formula as InstructPix2Pix prints it (Eq. 3), in plain numbers. */
  async function reference(text: number, image: number): Promise<number[]> {
    const [t, i, u] = await Promise.all(Object.values(predictions).map(async (e) => [...(await e.toArray())]))
    return u!.map((_, k) => {
      const [et, ei, eu] = [Number(t![k]), Number(i![k]), Number(u![k])]
      return eu + text * (et - ei) + image * (ei - eu)
    })
  }

  it.each([
    [7.5, 1.5],
    [8, 1],
    [3, 3],
    [1, 1],
    [0, 1.2],
    [0, 0],
    [-1, 0.5],
  ])('guides by text %s and image %s', async (text, image) => {
    const branches = branchCoefficients({ text, image })
    const guided = combine(torch.cat(branches.map(({ branch }) => predictions[branch])), branches)
    expect(await guided.shape()).toEqual([2, 3, 4])
    const expected = await reference(text, image)
    for (const [k, value] of [...(await guided.toArray())].entries())
      expect(Number(value)).toBeCloseTo(expected[k]!, 4)
  })

  it('gives a batch what each photo would get alone', async () => {
    const branches = branchCoefficients({ text: 7.5, image: 1.5 })
    const both = combine(torch.cat(Object.values(predictions)), branches)
    for (const photo of [0, 1]) {
      const alone = combine(torch.cat(Object.values(predictions).map((e) => e.narrow(0, photo, 1))), branches)
      expect(await both.narrow(0, photo, 1).toArray()).toEqual(await alone.toArray())
    }
  })

  it('may be recorded, and hands each branch its weight of the gradient', async () => {
    const predicted = torch.cat(Object.values(predictions)).requiresGrad()
    const branches = branchCoefficients({ text: 7.5, image: 1.5 })
    const program = torch.record(() => torch.grad(combine(predicted, branches).sum(), predicted).mean([1, 2]))
    await program.run()
    expect(await program.outputs.toArray()).toEqual(Float32Array.of(7.5, 7.5, -6, -6, -0.5, -0.5))
  })
})
