import { expect, it } from 'vitest'
import type { DType } from '../lib/torch/dtype.js'
import { normal, op, type Tensor } from '../lib/torch/index.js'
import { operatorWithGradients, withGradients } from './gradients.js'
import { apart } from './helpers.js'

// More rows than a thread takes at a time, and numbers far from where GELU bends.
const given = (dtype: DType) =>
  normal([3, 7, 2 * 45], { seed: 1 })
    .mul(3)
    .to({ dtype: 'bfloat16' })
    .to({ dtype })
    .requiresGrad()

const own = (dtype: DType) => operatorWithGradients('silverpoint::geglu', given(dtype), [])

function plain(dtype: DType) {
  const input = given(dtype)
  const gate = op('aten::gelu', '', [input.narrow(2, 45, 45), 'none'])[0] as Tensor
  return withGradients(input.narrow(2, 0, 45).mul(gate), [input])
}

it('geglu is its parts one after the other in float32, gradient and all', async () => {
  const wanted = await plain('float32')
  for (const [which, found] of (await own('float32')).entries())
    expect(apart(found, wanted[which] as Float32Array)).toBeLessThan(1e-6)
})

it('geglu in bfloat16 is nearer to float32 than its parts, which round once more', async () => {
  const [exact, allowed, found] = await Promise.all([plain('float32'), plain('bfloat16'), own('bfloat16')])
  for (const [which, wanted] of exact.entries())
    expect(apart(found[which] as Float32Array, wanted)).toBeLessThan(
      apart(allowed[which] as Float32Array, wanted),
    )
})

it('geglu of other numbers is its parts one after the other', async () => {
  expect(await own('float64')).toEqual(await plain('float64'))
})
