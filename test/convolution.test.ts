import { describe, expect, it } from 'vitest'
import type { DType } from '../lib/torch/dtype.js'
import { normal, op, open, type Tensor } from '../lib/torch/index.js'
import { operatorWithGradients, withGradients } from './gradients.js'
import { apart } from './helpers.js'

interface Size {
  rows: number
  inputs: number
  outputs: number
  height: number
  width: number
}

// More tiles of 2 x 2 pixels and more outputs than are multiplied at a time, and the last ones beyond the picture's edge.
const LARGE: Size = { rows: 3, inputs: 32, outputs: 80, height: 11, width: 13 }
const SMALL: Size = { rows: 1, inputs: 48, outputs: 16, height: 1, width: 2 }
const DTYPES: DType[] = ['float32', 'bfloat16']

function given(dtype: DType, { rows, inputs, outputs, height, width }: Size) {
  const of = (shape: number[], seed: number) => normal(shape, { seed }).to({ dtype })
  return {
    input: of([rows, inputs, height, width], 1).requiresGrad(),
    weight: of([outputs, inputs, 3, 3], 2),
    bias: of([outputs], 3),
  }
}

const kernels = (weight: Tensor, doubled: boolean) =>
  op('silverpoint::winograd_kernels', '', [weight, doubled])[0] as Tensor

const own = (dtype: DType, size: Size) => {
  const { input, weight, bias } = given(dtype, size)
  return operatorWithGradients('silverpoint::convolution', input, [kernels(weight, false), bias])
}

const plain = (dtype: DType, size: Size) => {
  const { input, weight, bias } = given(dtype, size)
  return operatorWithGradients('aten::conv2d', input, [weight, bias, [1, 1], [1, 1]])
}

const twice = ({ height, width }: Size) => [2 * height, 2 * width]

const ownUpsampled = (dtype: DType, size: Size, to = twice(size)) => {
  const { input, weight, bias } = given(dtype, size)
  return operatorWithGradients('silverpoint::upsampled_convolution', input, [
    to,
    weight,
    kernels(weight, true),
    bias,
  ])
}

function plainUpsampled(dtype: DType, size: Size, to = twice(size)): Promise<Float32Array[]> {
  const { input, weight, bias } = given(dtype, size)
  const [large] = op('aten::upsample_nearest2d', '', [input, to, null, null]) as [Tensor]
  const result = op('aten::conv2d', '', [large, weight, bias, [1, 1], [1, 1]])[0] as Tensor
  return withGradients(result, [input])
}

describe.each([
  ['a convolution', own, plain],
  ['a convolution after an upsampling', ownUpsampled, plainUpsampled],
])('%s by fewer multiplications', (_, ours, theirs) => {
  it.each([
    ['large', LARGE],
    ['small', SMALL],
  ])('is the plain one in float32, its gradient too, of a %s picture', async (_size, size) => {
    const wanted = await theirs('float32', size)
    for (const [which, array] of (await ours('float32', size)).entries())
      expect(apart(array, wanted[which] as Float32Array)).toBeLessThan(1e-6)
  })

  // It rounds what it multiplies once more.
  it('in bfloat16 is nearly as near to float32 as the plain one is', async () => {
    const [exact, plainOnes, ownOnes] = await Promise.all([
      theirs('float32', LARGE),
      theirs('bfloat16', LARGE),
      ours('bfloat16', LARGE),
    ])
    for (const [which, wanted] of exact.entries()) {
      const allowed = apart(plainOnes[which] as Float32Array, wanted)
      expect(apart(ownOnes[which] as Float32Array, wanted)).toBeLessThan(2 * allowed)
    }
  })

  it.each(DTYPES)('gives the same bits however many threads share it, in %s', async (dtype) => {
    const alone = await ours(dtype, LARGE)
    await open({ threads: 3 })
    expect(await ours(dtype, LARGE)).toEqual(alone)
    await open({ threads: 1 })
  })
})

describe('a convolution after an upsampling', () => {
  it.each(DTYPES)('is the plain one where the picture is not doubled, in %s', async (dtype) => {
    const to = [2 * LARGE.height - 1, 2 * LARGE.width]
    expect(await ownUpsampled(dtype, LARGE, to)).toEqual(await plainUpsampled(dtype, LARGE, to))
  })
})
