import { createHash } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadBundle } from '../lib/bundle/bundle.js'
import type { Manifest } from '../lib/bundle/manifest.js'
import { normal, record, zeros } from '../lib/torch/index.js'
import { fixture } from './helpers.js'

let folder: string
let bundle: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silverpoint-bundle-'))
})
afterAll(() => rm(folder, { recursive: true }))
beforeEach(async () => {
  bundle = join(folder, 'tiny')
  await rm(bundle, { recursive: true, force: true })
  await cp(fixture('tiny'), bundle, { recursive: true })
})

// biome-ignore lint/suspicious/noExplicitAny: damaged on purpose
type Loose = any

async function change(edit: (manifest: Loose) => void): Promise<void> {
  const path = join(bundle, 'bundle.json')
  const manifest = JSON.parse(await readFile(path, 'utf8'))
  edit(manifest)
  await writeFile(path, JSON.stringify(manifest))
}

/** What loading complains of. */
async function complaint(): Promise<{ code: string; message: string }> {
  try {
    const loaded = await loadBundle(bundle, { device: 'cpu', dtype: 'float32' })
    loaded.dispose()
  } catch (error) {
    return error as { code: string; message: string }
  }
  throw new Error('the bundle was opened')
}

describe('a bundle', () => {
  it('opens with its shapes, and encodes and decodes what it should', async () => {
    await using loaded = await loadBundle(bundle, { device: 'cpu', dtype: 'float32' })
    expect(loaded.manifest.kind).toBe('instruct-pix2pix')
    expect(loaded.vae.latentShape(64)).toEqual([4, 8, 8])
    const { context, eos } = loaded.text.encode('a pencil sketch')
    expect(await context.shape()).toEqual([1, 77, loaded.manifest.text.width])
    expect(eos).toBe(loaded.tokenizer.tokenize('a pencil sketch').length + 1)
  })

  it('frees the image tower, and reads it again when it is asked', async () => {
    await using loaded = await loadBundle(bundle, { device: 'cpu', dtype: 'float32' })
    const image = normal([1, 3, 64, 64], { seed: 1 })
    const features = () => loaded.images.encode(image).toArray()
    const before = await features()
    loaded.images.unload()
    expect(await features()).toEqual(before)
    loaded.images.unload()
    await rm(join(bundle, loaded.manifest.roles.image_encode?.file as string))
    await expect(features()).rejects.toMatchObject({
      code: 'OPERATION_FAILED',
      message: expect.stringContaining('image_encode'),
    })
  })

  it('keeps what has been recorded of the image tower', async () => {
    await using loaded = await loadBundle(bundle, { device: 'cpu', dtype: 'float32' })
    const image = normal([1, 3, 64, 64], { seed: 1 })
    const sum = zeros([1])
    using step = record(() => sum.copy_(loaded.images.encode(image).sum()))
    await step.run(1)
    const before = await sum.item()
    loaded.images.unload()
    await rm(join(bundle, loaded.manifest.roles.image_encode?.file as string))
    await step.run(1)
    expect(await sum.item()).toBe(before)
  })

  it('refuses a text that does not fit, quoting what is left over', async () => {
    await using loaded = await loadBundle(bundle, { device: 'cpu', dtype: 'float32' })
    expect(() => loaded.text.encode(`${'a '.repeat(75)}sketch`)).toThrow(
      expect.objectContaining({ code: 'TEXT_TOO_LONG', message: expect.stringContaining('sketch') }),
    )
  })
})

describe('a folder that is no good bundle is refused:', () => {
  it('none there', async () => {
    await expect(loadBundle(join(folder, 'none'))).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringMatching(/none in .*none\. Make one with: silverpoint bundle export/),
    })
  })

  it('a file with one bit changed', async () => {
    const path = join(bundle, 'unet.pt')
    const bytes = await readFile(path)
    bytes[bytes.length >> 1]! ^= 1
    await writeFile(path, bytes)
    expect(await complaint()).toMatchObject({
      code: 'BUNDLE_INVALID',
      message: expect.stringMatching(/SHA-256 [0-9a-f]{64} in .*unet\.pt but received .* damaged or changed/),
    })
  })

  it('a file cut off, or gone', async () => {
    const path = join(bundle, 'vae_decode.pt')
    await writeFile(path, (await readFile(path)).subarray(0, 1000))
    expect((await complaint()).message).toMatch(/vae_decode\.pt but received 1000 bytes/)
    await rm(path)
    expect(await complaint()).toMatchObject({
      code: 'BUNDLE_INVALID',
      message: expect.stringMatching(/ENOENT/),
    })
  })

  it('TorchScript of a wrong shape, naming role and shapes', async () => {
    await change(({ roles }: { roles: Manifest['roles'] }) => {
      ;[roles.vae_encode, roles.vae_decode] = [roles.vae_decode!, roles.vae_encode!]
    })
    expect(await complaint()).toMatchObject({
      code: 'BUNDLE_INVALID',
      message: expect.stringMatching(
        /role vae_encode to give the shape \[1,4,16,16\] but received the failure/,
      ),
    })
    await change(({ text }) => {
      text.projection = 99
    })
    expect((await complaint()).code).toBe('BUNDLE_INVALID')
  })

  it('a module that is not TorchScript', async () => {
    const bytes = Buffer.from('not TorchScript at all')
    await writeFile(join(bundle, 'unet.pt'), bytes)
    await change(({ roles }) => {
      roles.unet.sha256 = createHash('sha256').update(bytes).digest('hex')
    })
    expect(await complaint()).toMatchObject({
      code: 'BUNDLE_INVALID',
      message: expect.stringMatching(/TorchScript module for the role unet/),
    })
  })

  const manifests: [string, (manifest: Loose) => void, RegExp][] = [
    ['another version', (m) => (m.version = 2), /Expected 1 for version .* received 2/],
    ['an unknown kind', (m) => (m.kind = 'sculpture'), /"instruct-pix2pix".*for kind.*"sculpture"/],
    ['a role missing', (m) => delete m.roles.text_project, /no text_project/],
    ['shapes missing', (m) => delete m.latents.channels, /channels/],
    ['a path that leaves the folder', (m) => (m.roles.unet.file = '../unet.pt'), /plain file name/],
    ['a hidden file', (m) => (m.roles.unet.file = '.bashrc'), /plain file name/],
    ['a sum that is none', (m) => (m.roles.unet.sha256 = 'abc'), /SHA-256 in hexadecimal/],
    ['sizes past all memory', (m) => (m.text.tokens = 1e15), /<=1048576 for text.tokens/],
    ['negative sizes', (m) => (m.resolution = -1), />=1 for resolution/],
  ]
  it.each(manifests)('bundle.json with %s', async (_what, edit, message) => {
    await change(edit)
    const { code, message: said } = await complaint()
    expect(code).toBe('BUNDLE_INVALID')
    expect(said).toMatch(message)
  })

  it('bundle.json with a number past all numbers', async () => {
    const path = join(bundle, 'bundle.json')
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace(/"scalingFactor": ?[\d.]+/, '"scalingFactor":1e999'))
    expect(await complaint()).toMatchObject({
      code: 'BUNDLE_INVALID',
      message: expect.stringMatching(/a finite number for latents.scalingFactor .* received Infinity/),
    })
  })

  it('bundle.json that is no JSON', async () => {
    await writeFile(join(bundle, 'bundle.json'), '{ "format": ')
    expect(await complaint()).toMatchObject({
      code: 'BUNDLE_INVALID',
      message: expect.stringMatching(/JSON/),
    })
  })

  it('a device that is not there: no silent fall-back', async () => {
    await expect(loadBundle(bundle, { device: 'cuda:7' })).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message: expect.stringMatching(/Expected the device cuda:7 but found \d+ CUDA devices/),
    })
  })
})
