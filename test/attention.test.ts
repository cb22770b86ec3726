import { describe, expect, it } from 'vitest'
import type { DType } from '../lib/torch/dtype.js'
import { normal, type OpArgument, op, type Tensor } from '../lib/torch/index.js'
import { withGradients } from './gradients.js'
import { apart } from './helpers.js'

/** Attention and the gradients of the sum of its squares, of 2 rows and 4 heads of width 8. */
function attention(
  name: string,
  dtype: DType,
  rest: OpArgument[],
  [queries, keys]: [number, number],
): Promise<Float32Array[]> {
  const of = (count: number, seed: number) => normal([2, 4, count, 8], { seed }).to({ dtype }).requiresGrad()
  const given = [of(queries, 1), of(keys, 2), of(keys, 3)]
  const result = op(name, '', [...given, ...rest])[0] as Tensor
  return withGradients(result, given)
}

const SMALL: [number, number] = [24, 10]
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

  // It rounds the scores to bfloat16 once more than the fused one.
  it('in bfloat16 is as near to float32 as the plain one is', async () => {
    const exact = await plain('float32')
    const allowed = eachApart(await plain('bfloat16'), exact)
    for (const [which, distance] of eachApart(await own('bfloat16'), exact).entries())
      expect(distance).toBeLessThan(1.5 * (allowed[which] as number))
  })

  it('is the plain one where a matrix of queries and keys is larger than 2 MB', async () => {
    const large: [number, number] = [1100, 1000]
    expect(await own('bfloat16', large)).toEqual(await plain('bfloat16', large))
    expect(await own('bfloat16')).not.toEqual(await plain('bfloat16'))
  })
})
