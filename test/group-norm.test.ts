import { describe, expect, it } from 'vitest'
import type { DType } from '../lib/torch/dtype.js'
import { normal, op, open, type Tensor } from '../lib/torch/index.js'
import { withGradients } from './gradients.js'
import { apart } from './helpers.js'

// Channels that are no multiple of what is done at a time, of two pictures that are not square.
const [ROWS, CHANNELS, GROUPS, HEIGHT, WIDTH] = [2, 42, 7, 5, 9]
const EPSILON = 1e-3

interface Asked {
  scaled: boolean
  activated: boolean
}

function given(dtype: DType) {
  const of = (shape: number[], seed: number) => normal(shape, { seed }).to({ dtype })
  return {
    input: of([ROWS, CHANNELS, HEIGHT, WIDTH], 1).mul(3).add(1).requiresGrad(),
    weight: of([CHANNELS], 2),
    bias: of([CHANNELS], 3),
    factor: of([ROWS, CHANNELS, 1, 1], 4).requiresGrad(),
    shift: of([ROWS, CHANNELS, 1, 1], 5).requiresGrad(),
  }
}

function own(dtype: DType, { scaled, activated }: Asked): Promise<Float32Array[]> {
  const { input, weight, bias, factor, shift } = given(dtype)
  const film = scaled ? [factor, shift] : [null, null]
  const [result] = op('silverpoint::group_norm', '', [
    input,
    GROUPS,
    weight,
    bias,
    EPSILON,
    ...film,
    activated,
  ])
  return withGradients(result as Tensor, scaled ? [input, factor, shift] : [input])
}

function plain(dtype: DType, { scaled, activated }: Asked): Promise<Float32Array[]> {
  const { input, weight, bias, factor, shift } = given(dtype)
  const [normed] = op('aten::group_norm', '', [input, GROUPS, weight, bias, EPSILON, false]) as [Tensor]
  const mapped = scaled ? normed.mul(factor).add(shift) : normed
  const [result] = activated ? op('aten::silu', '', [mapped]) : [mapped]
  return withGradients(result as Tensor, scaled ? [input, factor, shift] : [input])
}

describe("silverpoint's group normalisation", () => {
  const all = [true, false].flatMap((scaled) => [true, false].map((activated) => ({ scaled, activated })))

  it.each(all)('is the plain one in float32, gradients and all: %o', async (asked) => {
    const wanted = await plain('float32', asked)
    for (const [which, array] of (await own('float32', asked)).entries())
      expect(apart(array, wanted[which] as Float32Array)).toBeLessThan(2e-6)
  })

  it.each(all)('in bfloat16 is as near to float32 as the plain one is: %o', async (asked) => {
    const [exact, theirs, ours] = await Promise.all([
      plain('float32', asked),
      plain('bfloat16', asked),
      own('bfloat16', asked),
    ])
    const distance = (found: Float32Array[]) =>
      exact.reduce((sum, wanted, which) => sum + apart(found[which] as Float32Array, wanted), 0)
    expect(distance(ours)).toBeLessThanOrEqual(distance(theirs))
  })

  it('gives the same bits however many threads share it', async () => {
    const asked = { scaled: true, activated: true }
    const alone = await own('bfloat16', asked)
    await open({ threads: 3 })
    expect(await own('bfloat16', asked)).toEqual(alone)
    await open({ threads: 1 })
  })
})
