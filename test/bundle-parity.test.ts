import { expect, it } from 'vitest'
import { loadBundle } from '../lib/bundle/bundle.js'
import { checkAgainstDiffusers } from '../lib/diffusion/check-bundle.js'
import { fixture } from './helpers.js'

it('every role and a whole InstructPix2Pix image are those of diffusers and transformers', async () => {
  await using bundle = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'float32' })
  const differences = await checkAgainstDiffusers(bundle, fixture('tiny-reference.safetensors'))
  expect(differences.map(({ what }) => what)).toEqual([
    'image_encode projected',
    'unet prediction',
    'vae_encode latents',
    'vae_decode image',
    'text_embed embeddings',
    'text_encode hidden',
    'text_encode pooled',
    'text_project projected',
    'image',
  ])
  for (const { what, difference, magnitude } of differences) {
    expect(magnitude, what).toBeGreaterThan(0.05)
    expect(difference, what).toBeLessThan(1e-4)
  }
})

it('in bfloat16 they stay within what eight bits of mantissa allow', async () => {
  await using bundle = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'bfloat16' })
  const differences = await checkAgainstDiffusers(bundle, fixture('tiny-reference.safetensors'))
  // A role errs by 1-2 %, with LibTorch's plain operators too; twelve steps at a guidance of 7.5 make 8-14 % of it in the image.
  for (const { what, difference, magnitude } of differences)
    expect(difference / magnitude, what).toBeLessThan(what === 'image' ? 0.2 : 0.03)
})
