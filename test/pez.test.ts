import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Bundle, loadBundle } from '../lib/bundle/bundle.js'
import { readSafetensors } from '../lib/data/safetensors.js'
import { fromStored } from '../lib/data/stored-tensor.js'
import { findText, search } from '../lib/style/pez.js'
import type { Tensor } from '../lib/torch/index.js'
import { fixture } from './helpers.js'

let bundle: Bundle
let sketches: Tensor

beforeAll(async () => {
  bundle = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'float32' })
  const { tensors } = await readSafetensors(fixture('learning.safetensors'))
  sketches = fromStored(tensors.sketches!)
})
afterAll(() => bundle.dispose())

it('PEZ finds the text that a PyTorch loop finds from the same tokens', async () => {
  const peer = JSON.parse(await readFile(fixture('pez.json'), 'utf8'))
  const found = await search(bundle, sketches.narrow(0, 0, 2), peer.start, { steps: peer.steps })
  expect(found.text).toBe(peer.text)
  expect(found.ids).toEqual(peer.ids)
  expect(found.score).toBeCloseTo(peer.score, 5)
})

it('PEZ keeps the best text it has seen, never a special token, the same for the same seed', async () => {
  const scores: number[] = []
  const options = { tokens: 4, steps: 40, seed: 3, onStep: (_: number, score: number) => scores.push(score) }
  const found = await findText(bundle, sketches, options)
  expect(scores).toEqual([...scores].sort((a, b) => a - b))
  expect(found.score).toBe(scores.at(-1))
  const { bos, eos, pad } = bundle.manifest.tokenizer
  for (const special of [bos, eos, pad]) expect(found.ids).not.toContain(special)
  expect(await findText(bundle, sketches, options)).toEqual(found)
})

it('PEZ can be cancelled between calls', async () => {
  const signal = AbortSignal.abort()
  await expect(findText(bundle, sketches, { tokens: 4, steps: 40, seed: 3, signal })).rejects.toMatchObject({
    code: 'CANCELLED',
  })
})
