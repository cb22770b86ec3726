import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bundle, loadBundle } from '../lib/bundle/bundle.js'
import { grad, noGrad, normal, open, type Tensor, tensor } from '../lib/torch/index.js'
import { apart, fixture } from './helpers.js'

const ROWS = 5
let bundle: Bundle

beforeAll(async () => {
  bundle = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'float32', threads: 3 })
})
afterAll(() => bundle.dispose())

const inputs = (rows = ROWS) => {
  const { latents, text } = bundle.manifest
  return {
    sample: normal([rows, 2 * latents.channels, 8, 8], { seed: 1 }),
    timestep: tensor(
      Float32Array.from({ length: rows }, (_, row) => 100 * row),
      [rows],
    ),
    context: normal([rows, text.tokens, text.width], { seed: 2 }),
  }
}

/** The prediction, and the gradients of the sum of its squares. */
async function both(): Promise<{ predicted: Float32Array; gradients: Float32Array[] }> {
  const { sample, timestep, context } = inputs()
  const leaves = [sample.requiresGrad(), context.requiresGrad()]
  const predicted = bundle.unet.forward(leaves[0] as Tensor, timestep, leaves[1] as Tensor)
  const gradients = grad(predicted.pow(2).sum(), leaves)
  return {
    predicted: (await predicted.toArray()) as Float32Array,
    gradients: (await Promise.all(gradients.map((one) => one.toArray()))) as Float32Array[],
  }
}

describe('rows shared between lanes', () => {
  it('give what one thread gives, and its gradients', async () => {
    await open({ threads: 1 })
    const wanted = await both()
    await open({ threads: 3 })
    const found = await both()
    expect(apart(found.predicted, wanted.predicted)).toBeLessThan(1e-5)
    for (const [i, gradient] of found.gradients.entries())
      expect(apart(gradient, wanted.gradients[i] as Float32Array)).toBeLessThan(1e-5)
  })

  it('give no gradient to what needs none', async () => {
    const { sample, timestep, context } = inputs()
    const predicted = noGrad(() => bundle.unet.forward(sample, timestep, context.requiresGrad()))
    await expect(grad(predicted.sum(), context).toArray()).rejects.toThrow(/does not require grad/)
  })

  it('tell of the failure of a lane, and compute again', async () => {
    const { sample, timestep } = inputs()
    const narrow = normal([ROWS, 3, 5], { seed: 3 })
    await expect(bundle.unet.forward(sample, timestep, narrow).toArray()).rejects.toMatchObject({
      code: 'OPERATION_FAILED',
    })
    expect((await both()).predicted.every(Number.isFinite)).toBe(true)
  })

  it('must be as many in every input', async () => {
    const { sample, timestep } = inputs()
    const { context } = inputs(ROWS - 1)
    await expect(bundle.unet.forward(sample, timestep, context).toArray()).rejects.toThrow(
      /as many rows in every input as in the first, 5, but received/,
    )
  })

  it('are differentiated once', async () => {
    const { sample, timestep, context } = inputs()
    const leaf = context.requiresGrad()
    const loss = bundle.unet.forward(sample, timestep, leaf).sum()
    await grad(loss, leaf).ready()
    await expect(grad(loss, leaf).ready()).rejects.toThrow(/second time/)
  })
})
