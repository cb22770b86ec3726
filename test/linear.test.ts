import { describe, expect, it } from 'vitest'
import { normal, op, type Tensor } from '../lib/torch/index.js'
import { operatorWithGradients } from './gradients.js'
import { apart } from './helpers.js'

interface Size {
  rows: number
  inputs: number
  outputs: number
}

/** A layer, and the gradient of the sum of its squares, of rows that lie in a cube. */
function layer(dtype: 'float32' | 'bfloat16', { rows, inputs, outputs }: Size) {
  const input = normal([2, rows, inputs], { seed: 1 })
  const weight = normal([outputs, inputs], { seed: 2 })
  const bias = normal([outputs], { seed: 3 })
  return {
    input: input.to({ dtype: 'bfloat16' }).to({ dtype }).requiresGrad(),
    weight: weight.to({ dtype: 'bfloat16' }).to({ dtype }),
    bias: bias.to({ dtype: 'bfloat16' }).to({ dtype }),
  }
}

function own(size: Size) {
  const { input, weight, bias } = layer('bfloat16', size)
  const matrices = op('silverpoint::linear_matrices', '', [weight], 2) as [Tensor, Tensor]
  return operatorWithGradients('silverpoint::linear', input, [...matrices, bias.to({ dtype: 'float32' })])
}

function plain(dtype: 'float32' | 'bfloat16', size: Size) {
  const { input, weight, bias } = layer(dtype, size)
  return operatorWithGradients('aten::linear', input, [weight, bias])
}

describe("silverpoint's linear layer in bfloat16", () => {
  it.each([
    { rows: 64, inputs: 192, outputs: 192 },
    { rows: 77, inputs: 30, outputs: 130 },
    { rows: 1, inputs: 2, outputs: 2 },
  ])('is as near to float32 as the plain one is, gradient and all: %o', async (size) => {
    const exact = await plain('float32', size)
    const allowed = await plain('bfloat16', size)
    for (const [which, found] of (await own(size)).entries()) {
      const wanted = exact[which] as Float32Array
      expect(apart(found, wanted)).toBeLessThan(1.1 * apart(allowed[which] as Float32Array, wanted))
    }
  })

  it('does pixels as a convolution with kernels of one pixel does', async () => {
    const { weight, bias } = layer('bfloat16', { rows: 1, inputs: 6, outputs: 10 })
    const pictures = normal([2, 6, 5, 7], { seed: 4 }).to({ dtype: 'bfloat16' })
    const matrices = op('silverpoint::linear_matrices', '', [weight], 2) as [Tensor, Tensor]
    const input = () => pictures.mul(1).requiresGrad()
    const found = await operatorWithGradients('silverpoint::linear_of_pixels', input(), [
      ...matrices,
      bias.to({ dtype: 'float32' }),
    ])
    const kernels = weight.reshape([10, 6, 1, 1])
    const wanted = await operatorWithGradients('aten::conv2d', input(), [kernels, bias])
    for (const [which, one] of found.entries())
      expect(apart(one, wanted[which] as Float32Array)).toBeLessThan(3e-3)
  })

  it('says how wide its input should have been', async () => {
    const { weight, bias } = layer('bfloat16', { rows: 1, inputs: 6, outputs: 10 })
    const matrices = op('silverpoint::linear_matrices', '', [weight], 2) as [Tensor, Tensor]
    const wide = normal([1, 8], { seed: 5 }).to({ dtype: 'bfloat16' })
    await expect(
      operatorWithGradients('silverpoint::linear', wide.requiresGrad(), [
        ...matrices,
        bias.to({ dtype: 'float32' }),
      ]),
    ).rejects.toThrow('Expected 6 inputs of a linear layer but received 8')
  })
})
