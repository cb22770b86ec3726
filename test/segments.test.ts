import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { embeddedBundle } from '../lib/bundle/bundle.js'
import { full, grad, loadModule, noGrad, normal, open, record, scope } from '../lib/torch/index.js'
import { apart, fixture } from './helpers.js'

const TINY = { path: join(fixture('tiny'), 'unet.pt'), channels: 8, side: 16, width: 32 }
const EMBEDDED = { path: join(embeddedBundle(), 'unet.pt'), channels: 32, side: 16, width: 192 }

async function answer({ path, channels, side, width }: typeof TINY, rows: number, checkpointed: boolean) {
  using unet = await loadModule(path, { independentRows: true, checkpointed })
  return scope(async () => {
    const sample = normal([rows, channels, side, side], { seed: 1 }).requiresGrad()
    const context = normal([rows, 77, width], { seed: 2 }).requiresGrad()
    const predicted = unet.forward(sample, full([rows], 400), context)
    const gradients = grad(predicted.pow(2).mean(), [sample, context])
    return Promise.all([predicted, ...gradients].map(async (one) => (await one.toArray()) as Float32Array))
  })
}

/** Gradients are summed up in another order. */
async function expectAlike(network: typeof TINY, rows: number) {
  const [found, wanted] = [await answer(network, rows, true), await answer(network, rows, false)]
  expect(found[0]).toEqual(wanted[0])
  for (const which of [1, 2])
    expect(apart(found[which] as Float32Array, wanted[which] as Float32Array)).toBeLessThan(1e-5)
}

describe('a checkpointed network', () => {
  it.each([
    ['of four levels', TINY],
    ['of the embedded bundle', EMBEDDED],
  ])('predicts to the bit as another does, and differentiates as it does: one %s', async (_, network) => {
    await expectAlike(network, 1)
  })

  it('does so where threads share its rows', async () => {
    await open({ threads: 2 })
    await expectAlike(TINY, 3)
    await open({ threads: 1 })
  })

  it('is replayed as it was recorded, and outlives what it was called by', async () => {
    const unet = await loadModule(TINY.path, { checkpointed: true })
    const sample = normal([1, 8, 16, 16], { seed: 1 })
    const context = normal([1, 77, 32], { seed: 2 }).requiresGrad()
    const loss = () =>
      unet
        .forward(sample, full([1], 400), context)
        .pow(2)
        .mean()
    const [wanted] = grad(loss(), [context])
    const sum = noGrad(() => context.mul(0))
    using step = record(() => sum.add_(grad(loss(), [context])[0]))
    const late = loss()
    unet.dispose()
    expect(await grad(late, [context])[0].toArray()).toEqual(await wanted.toArray())
    await step.run(2)
    expect(await sum.toArray()).toEqual(await wanted.mul(2).toArray())
  })
})
