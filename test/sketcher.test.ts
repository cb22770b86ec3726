import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Photo, SketchItem, SketchResult } from '../lib/batch/photos.js'
import { sketchFiles } from '../lib/batch/sketch-files.js'
import { Sketcher, type SketcherOptions } from '../lib/batch/sketcher.js'
import { type Bundle, loadBundle } from '../lib/bundle/bundle.js'
import { readImage, readPngMetadata } from '../lib/data/image.js'
import type { SilverpointError } from '../lib/errors.js'
import { Palette } from '../lib/style/palette.js'
import { Style } from '../lib/style/style.js'
import * as torch from '../lib/torch/index.js'
import { fixture, maxDifference } from './helpers.js'
import { makePhotos, makeStyle } from './photos.js'
import { settledMemory } from './tensors.js'

let bundle: Bundle
let folder: string
let photos: string[]

beforeAll(async () => {
  bundle = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'float32' })
  folder = await mkdtemp(join(tmpdir(), 'silverpoint-sketch-'))
  photos = await makePhotos(folder, ['photo1.png', 'photo2.png', 'photo3.png', 'photo4.png', 'photo5.png'])
})
afterAll(async () => {
  bundle.dispose()
  await rm(folder, { recursive: true })
})

async function sketched(options: SketcherOptions, list: readonly (Photo | SketchItem)[] = photos) {
  await using sketcher = new Sketcher(bundle, { optional: 'a pencil sketch', steps: 3, ...options })
  const results: SketchResult[] = []
  for await (const result of sketcher.sketch(list)) results.push(result)
  return results
}

/** A source of photos without end that counts what is read of it. */
function endless() {
  let [read, closed] = [0, false]
  async function* generate() {
    try {
      while (true) yield photos[read++ % 5]!
    } finally {
      closed = true
    }
  }
  return { photos: generate(), read: () => read, closed: () => closed }
}

const pixels = (result: SketchResult | undefined) => result!.sketch!.data

describe('a Sketcher', () => {
  it('draws photos in order, each sketch of its own photo size', async () => {
    const results = await sketched({ batch: 2 })
    expect(results.map(({ index, photo }) => [index, photo])).toEqual(photos.map((photo, i) => [i, photo]))
    for (const [i, { sketch }] of results.entries())
      expect([sketch!.width, sketch!.height]).toEqual([60 + i, 80])
  })

  it('draws the same sketch bit for bit when nothing changes, another for another seed', async () => {
    const [one] = await sketched({ seed: 4 }, [photos[0]!])
    expect(pixels((await sketched({ seed: 4 }, [photos[0]!]))[0])).toEqual(pixels(one))
    expect(
      maxDifference(pixels((await sketched({ seed: 5 }, [photos[0]!]))[0]), pixels(one)),
    ).toBeGreaterThan(0.05)
  })

  it('draws the same within one grey level whatever batch a photo is in, and wherever it lies', async () => {
    const alone = await sketched({ batch: 1, sampler: 'euler-ancestral', steps: 4 })
    const together = await sketched({ batch: 5, sampler: 'euler-ancestral', steps: 4 }, [...photos].reverse())
    for (const [i, result] of alone.entries())
      expect(maxDifference(pixels(together[4 - i]), pixels(result))).toBeLessThan(2.1 / 255)
  })

  it('guides the steps between start and stop, and calls the network with one branch in the others', async () => {
    const rows: Promise<number[]>[] = []
    const forward = bundle.unet.forward.bind(bundle.unet)
    const counted = vi.spyOn(bundle.unet, 'forward').mockImplementation((...inputs) => {
      rows.push(inputs[0].shape())
      return forward(...inputs)
    })
    const scales = { text: 5, image: 2 }
    const options = (guidance: SketcherOptions['guidance']) => ({ optional: 'ink', steps: 4, guidance })
    const draw = async (guidance: SketcherOptions['guidance']) =>
      pixels((await sketched(options(guidance), [photos[0]!]))[0])
    const some = await draw({ ...scales, start: 0.25, stop: 0.75 })
    expect((await Promise.all(rows)).map(([count]) => count)).toEqual([1, 3, 3, 1])
    counted.mockRestore()
    for (const other of [scales, { text: 1, image: 1 }])
      expect(maxDifference(some, await draw(other))).toBeGreaterThan(0.01)
  })

  it('draws photos of one batch in their own styles and texts as it draws them apart', async () => {
    const [pencil, ink] = [await makeStyle(bundle, 'a pencil sketch', 1), await makeStyle(bundle, 'ink', 2)]
    const wishes = [{}, { style: ink }, { optional: 'smiling' }, { style: ink, optional: 'smiling' }, {}]
    const own = { style: pencil, optional: 'in black' }
    const mixed = await sketched(
      { ...own, batch: 5 },
      photos.map((photo, i) => ({ photo, ...wishes[i] })),
    )
    for (const [i, photo] of photos.entries()) {
      const [alone] = await sketched({ ...own, ...wishes[i], batch: 1 }, [photo])
      expect(maxDifference(pixels(mixed[i]), pixels(alone))).toBeLessThan(2.1 / 255)
      expect(mixed[i]).toMatchObject({
        parameters: { style: (wishes[i]!.style ?? pencil).hash, optional: wishes[i]!.optional ?? 'in black' },
      })
    }
    const [other] = await sketched({ ...own, style: ink }, [photos[0]!])
    expect(maxDifference(pixels(mixed[0]), pixels(other))).toBeGreaterThan(0.05)
  })

  it("draws in a style's colours, beside photos in none", async () => {
    const { instruction, shape, provenance } = await makeStyle(bundle, 'ink', 2)
    const plain = new Style(instruction, shape, provenance)
    const palette = new Palette(Float32Array.of(0.4, 0.1, 0, 0.9, 0.8, 0.7))
    const coloured = new Style(instruction, shape, provenance, palette)
    const batch = [plain, coloured].map((style) => ({ photo: photos[0]!, style }))
    const [black, red] = (await sketched({ batch: 2 }, batch)).map(({ sketch }) => sketch!)
    expect(maxDifference(red!.data, palette.inColours(black!).data)).toBeLessThan(2.1 / 255)
    expect(maxDifference(red!.data, black!.data)).toBeGreaterThan(0.1)
  })

  it('gives a photo whose own style or text will not do an error, and draws the others', async () => {
    const style = await makeStyle(bundle, 'ink', 2)
    const foreign = new Style(style.instruction, style.shape, {
      ...style.provenance,
      weightsId: 'f'.repeat(64),
    })
    const results = await sketched({ batch: 3 }, [
      { photo: photos[0]!, style: foreign },
      { photo: photos[1]!, style },
      { photo: photos[2]!, optional: Array(90).fill('a').join(' ') },
    ])
    expect(results.map(({ error }) => (error as SilverpointError)?.code)).toEqual([
      'STYLE_MISMATCH',
      undefined,
      'TEXT_TOO_LONG',
    ])
  })

  it('halves a batch that does not fit the memory, says so, and goes on with smaller ones', async () => {
    const whole = await sketched({ batch: 5 })
    const sizes: Promise<number[]>[] = []
    const told: number[] = []
    const decode = bundle.vae.decode.bind(bundle.vae)
    // More memory than there is: LibTorch itself says so.
    const exhaust = vi.spyOn(bundle.vae, 'decode').mockImplementation((latents) => {
      sizes.push(latents.shape())
      return sizes.length === 1 ? torch.zeros([2 ** 50]) : decode(latents)
    })
    const halved = await sketched({ batch: 4, onSmallerBatch: (size) => told.push(size) })
    exhaust.mockRestore()
    expect(halved.map(({ error }) => error)).toEqual(Array(5).fill(undefined))
    for (const [i, result] of halved.entries())
      expect(maxDifference(pixels(result), pixels(whole[i]))).toBeLessThan(2.1 / 255)
    expect(told).toEqual([2])
    expect((await Promise.all(sizes)).map(([rows]) => rows)).toEqual([4, 2, 2, 1])
    expect(halved[0]).toMatchObject({ parameters: { batch: 2 } })
  })

  it('makes it the error of the one photo that does not fit alone', async () => {
    const exhaust = vi.spyOn(bundle.vae, 'decode').mockImplementation(() => torch.zeros([2 ** 50]))
    const before = (await settledMemory()).tensors
    const results = await sketched({ batch: 2 }, [photos[0]!, photos[1]!])
    exhaust.mockRestore()
    expect(results.map(({ error }) => (error as SilverpointError).code)).toEqual([
      'OUT_OF_MEMORY',
      'OUT_OF_MEMORY',
    ])
    await vi.waitFor(() => expect(torch.memoryStatistics().tensors).toBeLessThanOrEqual(before))
  })

  it('takes bytes as well as paths', async () => {
    const [fromPath] = await sketched({}, [photos[1]!])
    const [fromBytes] = await sketched({}, [await readFile(photos[1]!)])
    expect(pixels(fromBytes)).toEqual(pixels(fromPath))
  })

  it('waits for a slow consumer: reads no further ahead than the next batch', async () => {
    const source = endless()
    await using sketcher = new Sketcher(bundle, { optional: 'a drawing', steps: 1, batch: 2 })
    let taken = 0
    for await (const _ of sketcher.sketch(source.photos)) {
      await setTimeout(100)
      // Of the batch it is in and of the next one.
      expect(source.read()).toBe(4 + 2 * Math.floor(taken / 2))
      if (++taken === 6) break
    }
  })

  it('closes its source when the consumer leaves', async () => {
    const source = endless()
    await using sketcher = new Sketcher(bundle, { steps: 1, batch: 2 })
    for await (const _ of sketcher.sketch(source.photos)) break
    await vi.waitFor(() => expect(source.closed()).toBe(true))
  })

  it('stops between batches when it is cancelled', async () => {
    const controller = new AbortController()
    await using sketcher = new Sketcher(bundle, { steps: 1, batch: 1, signal: controller.signal })
    const taken: number[] = []
    const all = async () => {
      for await (const { index } of sketcher.sketch(photos)) if (taken.push(index) === 2) controller.abort()
    }
    await expect(all()).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(taken).toEqual([0, 1])
  })

  it('gives what is being drawn when it is cancelled, and draws no more', async () => {
    const controller = new AbortController()
    const decode = bundle.vae.decode.bind(bundle.vae)
    const drawing = vi.spyOn(bundle.vae, 'decode').mockImplementation((latents) => {
      controller.abort()
      return decode(latents)
    })
    await using sketcher = new Sketcher(bundle, { steps: 1, batch: 2, signal: controller.signal })
    const taken: number[] = []
    const all = async () => {
      for await (const { index, sketch } of sketcher.sketch(photos)) if (sketch) taken.push(index)
    }
    await expect(all()).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(drawing).toHaveBeenCalledTimes(1)
    drawing.mockRestore()
    expect(taken).toEqual([0, 1])
  })

  it('can be cancelled while its source keeps it waiting', async () => {
    const controller = new AbortController()
    async function* silent() {
      yield photos[0]!
      await new Promise(() => {})
    }
    await using sketcher = new Sketcher(bundle, { steps: 1, batch: 1, signal: controller.signal })
    const results = sketcher.sketch(silent())
    expect((await results.next()).value).toMatchObject({ index: 0, sketch: { width: 60 } })
    const next = results.next()
    controller.abort()
    await expect(next).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('gives a photo of more pixels than it may have an error', async () => {
    const [small, large] = await sketched({ steps: 1, pixelLimit: 60 * 80 }, photos.slice(0, 2))
    expect(small?.error).toBeUndefined()
    expect(large?.error).toMatchObject({
      code: 'IMAGE_INVALID',
      message: expect.stringContaining('at most 4800'),
    })
  })

  it('draws beside others, of one bundle or of another, as it draws alone', async () => {
    await using twin = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'float32' })
    const settings = [
      { from: bundle, optional: 'a pencil sketch', seed: 1 },
      { from: bundle, optional: 'ink', seed: 2, sampler: 'euler-ancestral' as const },
      { from: twin, optional: 'a pencil sketch', seed: 1 },
      { from: twin, optional: 'charcoal', seed: 3, batch: 3 },
    ]
    const draw = async ({ from, ...options }: (typeof settings)[number]) => {
      await using sketcher = new Sketcher(from, { steps: 2, ...options })
      const drawn: (Float32Array | undefined)[] = []
      for await (const result of sketcher.sketch(photos)) drawn.push(pixels(result))
      return drawn
    }
    const alone: Awaited<ReturnType<typeof draw>>[] = []
    for (const one of settings) alone.push(await draw(one))
    expect(await Promise.all(settings.map(draw))).toEqual(alone)
    expect(alone[2]).toEqual(alone[0])
    expect(maxDifference(alone[3]![0]!, alone[0]![0]!)).toBeGreaterThan(0.05)
  })

  it('leaves no tensors behind', async () => {
    const before = (await settledMemory()).tensors
    await sketched({ batch: 2 })
    // The last step lets go of its inputs just after it has answered.
    await vi.waitFor(() => expect(torch.memoryStatistics().tensors).toBe(before))
  })

  it('refuses settings that make no sense', () => {
    const make = (options: SketcherOptions) => () => new Sketcher(bundle, options)
    expect(make({ steps: 0 })).toThrow(/whole number from 1 to 1000 for steps/)
    expect(make({ sampler: 'plms' as 'ddim' })).toThrow(/ddim, euler, euler-ancestral, dpm-solver\+\+/)
    expect(make({ batch: 0 })).toThrow(/whole number from 1 for batch/)
    expect(make({ guidance: { text: Number.NaN, image: 1 } })).toThrow(/finite number for text guidance/)
    expect(make({ guidance: { start: 2 } })).toThrow(/from 0 to 1 for guidance start/)
    expect(make({ optional: Array(90).fill('a').join(' ') })).toThrow(
      expect.objectContaining({ code: 'TEXT_TOO_LONG' }),
    )
  })
})

describe('photos of a disk', () => {
  it('become PNGs that say how they were made, with a contact sheet; a broken one does not stop the others', async () => {
    const broken = join(folder, 'broken.png')
    await writeFile(broken, await readFile(photos[0]!))
    await truncate(broken, 300)
    const text = join(folder, 'text.jpg')
    await writeFile(text, 'this is no picture')
    const out = join(folder, 'out', 'deep')
    await using sketcher = new Sketcher(bundle, { optional: 'a drawing', steps: 2, seed: 9, batch: 2 })
    const failed: string[] = []
    const summary = await sketchFiles(sketcher, [photos[0]!, broken, text, photos[1]!], out, {
      onItem: ({ photo, error }) => error && failed.push(`${(error as { code?: string }).code} ${photo}`),
    })
    expect(summary).toEqual({
      ...{ sketched: 2, failed: 2, skipped: 0, ledger: join(out, 'ledger.jsonl') },
      contactSheet: join(out, 'contact-sheet.png'),
    })
    expect(failed).toEqual([`IMAGE_INVALID ${broken}`, `IMAGE_INVALID ${text}`])
    expect((await readdir(out)).sort()).toEqual([
      ...['contact-sheet.png', 'ledger.jsonl', 'photo1.png', 'photo2.png'],
    ])
    expect(await readPngMetadata(join(out, 'photo1.png'))).toMatchObject({
      photo: 'photo1.png',
      style: null,
      optional: 'a drawing',
      seed: 9,
      sampler: 'euler-ancestral',
      steps: 2,
      guidance: bundle.manifest.guidance,
      weightsId: bundle.manifest.weightsId,
      dtype: 'float32',
      batch: 2,
    })
    const sheet = await readImage(summary.contactSheet!)
    expect(sheet.width).toBeGreaterThan(200)
  })

  it('are refused when two would write one sketch', async () => {
    await using sketcher = new Sketcher(bundle, { steps: 1 })
    const same = [join(folder, 'a', 'face.png'), join(folder, 'b', 'face.jpg')]
    await expect(sketchFiles(sketcher, same, join(folder, 'twice'))).rejects.toThrow(
      /names that differ for photos/,
    )
  })

  it('say which folder cannot be written to', async () => {
    await using sketcher = new Sketcher(bundle, { steps: 1 })
    const error = await sketchFiles(sketcher, photos, join(photos[0]!, 'under-a-file')).catch((e) => e)
    expect(error).toMatchObject({ code: 'WRITE_FAILED' })
    expect(error.message).toContain('under-a-file')
  })
})
