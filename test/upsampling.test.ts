import { describe, expect, it } from 'vitest'
import type { DType } from '../lib/torch/dtype.js'
import { grad, normal, op, type Tensor } from '../lib/torch/index.js'
import { apart } from './helpers.js'

const [ROWS, INPUTS, OUTPUTS, HEIGHT, WIDTH] = [2, 6, 10, 5, 7]
const DOUBLE = [2 * HEIGHT, 2 * WIDTH]

const given = (dtype: DType) => {
  const of = (shape: number[], seed: number) => normal(shape, { seed }).to({ dtype })
  return {
    input: of([ROWS, INPUTS, HEIGHT, WIDTH], 1).requiresGrad(),
    weight: of([OUTPUTS, INPUTS, 3, 3], 2),
    bias: of([OUTPUTS], 3),
  }
}

/** The result, and the gradient of its squares' sum. */
const told = async (input: Tensor, result: Tensor): Promise<Float32Array[]> => {
  const gradient = grad(result.to({ dtype: 'float32' }).pow(2).sum(), [input])[0] as Tensor
  return Promise.all(
    [result, gradient].map(async (one) => (await one.to({ dtype: 'float32' }).toArray()) as Float32Array),
  )
}

function own(dtype: DType, size = DOUBLE): Promise<Float32Array[]> {
  const { input, weight, bias } = given(dtype)
  const [kernels] = op('silverpoint::upsampled_kernels', '', [weight]) as [Tensor]
  const arguments_ = [input, size, weight, kernels.to({ dtype }), bias]
  return told(input, op('silverpoint::upsampled_convolution', '', arguments_)[0] as Tensor)
}

function plain(dtype: DType, size = DOUBLE): Promise<Float32Array[]> {
  const { input, weight, bias } = given(dtype)
  const [large] = op('aten::upsample_nearest2d', '', [input, size, null, null]) as [Tensor]
  return told(input, op('aten::conv2d', '', [large, weight, bias, [1, 1], [1, 1]])[0] as Tensor)
}

describe('the convolution after an upsampling', () => {
  it('is the plain one in float32, its gradient too', async () => {
    const wanted = await plain('float32')
    for (const [which, array] of (await own('float32')).entries())
      expect(apart(array, wanted[which] as Float32Array)).toBeLessThan(1e-6)
  })

  it('in bfloat16 is as near to float32 as the plain one is', async () => {
    const [exact, theirs, ours] = await Promise.all([plain('float32'), plain('bfloat16'), own('bfloat16')])
    for (const [which, wanted] of exact.entries()) {
      const allowed = apart(theirs[which] as Float32Array, wanted)
      expect(apart(ours[which] as Float32Array, wanted)).toBeLessThan(1.2 * allowed)
    }
  })

  it('is the plain one where the picture is not doubled', async () => {
    const size = [2 * HEIGHT - 1, 2 * WIDTH]
    expect(await own('float32', size)).toEqual(await plain('float32', size))
  })
})
