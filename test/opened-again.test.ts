// A file of its own: no network has run in its process when the first bundle is opened.
import { expect, it } from 'vitest'
import { loadBundle } from '../lib/bundle/bundle.js'
import { full, noGrad, normal } from '../lib/torch/index.js'
import { fixture } from './helpers.js'

async function predicted(): Promise<Float32Array> {
  await using bundle = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'float32' })
  const [latents, timestep] = [normal([1, 8, 8, 8], { seed: 1 }), full([1], 400)]
  const context = normal([1, 77, bundle.manifest.text.width], { seed: 2 })
  return noGrad(() => bundle.unet.forward(latents, timestep, context)).toArray()
}

// LibTorch had put calls within calls in only until the thread's first network ran: those loaded later kept the plain operators.
it('a bundle opened again computes the same to the bit', async () => {
  const first = await predicted()
  expect(await predicted()).toEqual(first)
})
