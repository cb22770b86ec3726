import { describe, expect, it } from 'vitest'
import type { DType } from '../lib/torch/dtype.js'
import { normal, type OpArgument, op, type Tensor } from '../lib/torch/index.js'
import { withGradients } from './gradients.js'
import { apart } from './helpers.js'

interface Size {
  queries: number
  keys: number
  width: number
}

const SMALL: Size = { queries: 24, keys: 10, width: 8 }

/** Attention and the gradients of the sum of its squares, of 2 rows and 4 heads, which lie beside each other as a projection leaves them. */
function attention(name: string, dtype: DType, rest: OpArgument[], size: Size): Promise<Float32Array[]> {
  const of = (count: number, seed: number) =>
    normal([2, count, 4 * size.width], { seed })
      .to({ dtype })
      .requiresGrad()
  const given = [of(size.queries, 1), of(size.keys, 2), of(size.keys, 3)]
  const heads = given.map((one) => one.reshape([2, -1, 4, size.width]).permute([0, 2, 1, 3]))
  const result = op(name, '', [...heads, ...rest])[0] as Tensor
  return withGradients(result, given)
}

const own = (dtype: DType, size = SMALL) => attention('silverpoint::attention', dtype, [null], size)
const plain = (dtype: DType, size = SMALL) =>
  attention('aten::scaled_dot_product_attention', dtype, [null, 0, false, null, false], size)

/** How far each is from what is wanted, as a share of that. */
const eachApart = (found: Float32Array[], wanted: Float32Array[]): number[] =>
  found.map((array, which) => apart(array, wanted[which] as Float32Array))

describe("silverpoint's attention", () => {
  it('is the plain one in float32, gradients and all', async () => {
    for (const distance of eachApart(await own('float32'), await plain('float32')))
      expect(distance).toBeLessThan(1e-6)
  })

  // Odd counts, of several blocks, and heads that are no multiple of a vector wide among them.
  it.each([
    SMALL,
    { queries: 81, keys: 77, width: 40 },
    { queries: 1, keys: 3, width: 2 },
    { queries: 300, keys: 1111, width: 20 },
  ])('in bfloat16 is as near to float32 as the plain one is: %o', async (size) => {
    const exact = await plain('float32', size)
    const allowed = eachApart(await plain('bfloat16', size), exact)
    for (const [which, distance] of eachApart(await own('bfloat16', size), exact).entries())
      expect(distance).toBeLessThan(1.1 * (allowed[which] as number))
  })

  it('is the plain one of heads that are an odd number wide', async () => {
    const odd = { ...SMALL, width: 7 }
    expect(await own('bfloat16', odd)).toEqual(await plain('bfloat16', odd))
    expect(await own('bfloat16')).not.toEqual(await plain('bfloat16'))
  })
})
