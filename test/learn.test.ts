import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Bundle, loadBundle } from '../lib/bundle/bundle.js'
import { readSafetensors, type SafetensorsFile, serialiseSafetensors } from '../lib/data/safetensors.js'
import { NoiseSchedule } from '../lib/diffusion/noise-schedule.js'
import { fsim } from '../lib/metrics/fsim.js'
import { type GreyImage, toGrey } from '../lib/metrics/grey.js'
import { scoot } from '../lib/metrics/scoot.js'
import { ssim } from '../lib/metrics/ssim.js'
import { strokeDistance, strokeStatistics } from '../lib/metrics/strokes.js'
import { drawPairs } from '../lib/style/draw-pairs.js'
import type { DrawingRecipe } from '../lib/style/drawing-loss.js'
import { heldDraws } from '../lib/style/draws.js'
import { type LearnOptions, learnStyle } from '../lib/style/learn.js'
import { Likeness } from '../lib/style/likeness.js'
import { PairNoise } from '../lib/style/pair-noise.js'
import { encodePairs, framePair, mirrorPair, type Pair, preparePair } from '../lib/style/pairs.js'
import { Palette } from '../lib/style/palette.js'
import { RECIPES } from '../lib/style/recipe.js'
import type { StepLosses } from '../lib/style/step-losses.js'
import { TEXTS } from '../lib/style/texts.js'
import * as torch from '../lib/torch/index.js'
import { fixture } from './helpers.js'
import { settledMemory } from './tensors.js'

let bundle: Bundle
let folder: string
let pairs: Pair[]

/** A picture file of coloured noise, smooth enough to survive scaling. */
async function picture(name: string, width: number, height: number, seed: number): Promise<string> {
  const noise = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => (Math.sin(seed * 91 + i * 7.3) + 1) * 127)
  const path = join(folder, name)
  await sharp(noise, { raw: { width: 8, height: 8, channels: 3 } })
    .resize(width, height, { fit: 'fill' })
    .toFile(path)
  return path
}

/** Red less green, then green less blue, of pixels in [0, 1]. */
function tintsOf(data: Float32Array): number[] {
  const [red, green, blue] = [0, 1, 2].map((channel) =>
    data.subarray((channel * data.length) / 3, ((channel + 1) * data.length) / 3),
  ) as [Float32Array, Float32Array, Float32Array]
  return [...red.map((value, i) => value - green[i]!), ...green.map((value, i) => value - blue[i]!)].map(
    (difference) => difference / 2,
  )
}

beforeAll(async () => {
  bundle = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'float32' })
  folder = await mkdtemp(join(tmpdir(), 'silverpoint-learn-'))
  pairs = await Promise.all(
    [1, 2].map(async (n) => ({
      photo: await picture(`photo${n}.jpg`, 90, 80, n),
      sketch: await picture(`sketch${n}.png`, 90, 80, n + 10),
    })),
  )
})
afterAll(async () => {
  bundle.dispose()
  await rm(folder, { recursive: true })
})

const TEXT = 'a pencil sketch of a face'
/** Of two steps: quicker. */
const drawing = { ...(RECIPES.default.drawing as DrawingRecipe), steps: 2 }
const quick: LearnOptions = {
  text: TEXT,
  seed: 5,
  changes: {
    steps: 48,
    learningRate: 0.02,
    weights: { reconstruction: 4, edit: 0.1 },
    drawing: undefined,
    returned: { kind: 'likest', every: 16 },
    draws: { kind: 'fixed', count: 12 },
    plainTexts: false,
  },
}

describe('learning a style', () => {
  it('tells every step, lowers the loss, and says in the style where it comes from', async () => {
    const steps: StepLosses[] = []
    const style = await learnStyle(bundle, pairs[0]!, { ...quick, onStep: (losses) => steps.push(losses) })
    expect(steps.map(({ step }) => step)).toEqual([...Array(48).keys()].map((i) => i + 1))
    const mean = (from: StepLosses[]) => from.reduce((sum, { total }) => sum + total, 0) / from.length
    expect(mean(steps.slice(-12))).toBeLessThan(mean(steps.slice(0, 12)))
    expect(style.provenance).toMatchObject({
      bundle: bundle.manifest.name,
      weightsId: bundle.manifest.weightsId,
      text: TEXT,
      textFrom: 'user',
      start: 1,
      end: bundle.tokenizer.encode(TEXT).eos,
      seed: 5,
      recipeName: 'default',
      dtype: 'float32',
    })
    expect(style.provenance.recipe).toMatchObject({ steps: 48 })
    expect(style.provenance.pairs).toHaveLength(1)
  })

  it('changes the rows 1..eos-1 and no other', async () => {
    const style = await learnStyle(bundle, pairs[0]!, {
      ...quick,
      changes: { ...quick.changes, returned: { kind: 'last' } },
    })
    const initial = await bundle.text.encode(TEXT).context.toArray()
    const { width } = bundle.manifest.text
    for (let row = 0; row < 77; row++) {
      const same = style.instruction
        .subarray(row * width, (row + 1) * width)
        .every((value, i) => value === initial[row * width + i])
      expect(same, `row ${row}`).toBe(row < 1 || row >= style.provenance.end)
    }
    expect(style.provenance.step).toBe(48)
  })

  it('returns the iterate by which the pair comes out most like its sketch, the initial text among them', async () => {
    const at = async (step: number) => {
      if (step === 0) return bundle.text.encode(TEXT).context
      const changes = { ...quick.changes, steps: step, returned: { kind: 'last' as const } }
      const { instruction } = await learnStyle(bundle, pairs[0]!, { ...quick, changes })
      return torch.tensor(instruction, [1, 77, bundle.manifest.text.width])
    }
    await torch.scope(async () => {
      const pair = await preparePair(pairs[0]!, bundle.manifest.resolution)
      const likeness = await Likeness.of(bundle, encodePairs(bundle, [pair, mirrorPair(pair)]), 5)
      const contexts = await Promise.all([0, 16, 32, 48].map(at))
      const scores = await likeness.scores(contexts)
      const style = await learnStyle(bundle, pairs[0]!, quick)
      expect(style.provenance.step).toBe(16 * scores.indexOf(Math.max(...scores)))
      expect(new Set(scores).size).toBe(4)
    })
  })

  it('scores a drawing by what the metrics say of it and by its colours, each context alone as beside others', async () => {
    await torch.scope(async () => {
      const { manifest, text } = bundle
      const pair = await preparePair(pairs[0]!, manifest.resolution)
      const encoded = encodePairs(bundle, [pair])
      const likeness = await Likeness.of(bundle, encoded, 5)
      const contexts = [text.encode(TEXT).context, text.encode('a man').context]
      const scores = await likeness.scores(contexts)
      for (const [i, context] of contexts.entries()) {
        const held = heldDraws(manifest.steps + 1, manifest.schedule.timesteps)
        const noise = new PairNoise(bundle, 1, 5)
        const drawing = torch.noGrad(() =>
          drawPairs(bundle, new NoiseSchedule(manifest.schedule), {
            ...{ sampler: 'euler-ancestral', steps: manifest.steps },
            ...{ context, photoLatents: encoded.photoLatents, negative: text.encode('').context },
            noise: (draw) => noise.of(held, draw).noise,
          }),
        )
        const side = manifest.resolution
        const both = [(await drawing.toArray()) as Float32Array, pair.sketch.data]
        const [a, b] = both.map((data) => toGrey({ width: side, height: side, data })) as [
          GreyImage,
          GreyImage,
        ]
        const strokes = strokeDistance(strokeStatistics([a]), strokeStatistics([b]))
        const [tints, theirs] = both.map((data) => tintsOf(data)) as [number[], number[]]
        const colour = tints.reduce((sum, tint, at) => sum + Math.abs(tint - theirs[at]!), 0) / side ** 2
        expect(colour).toBeGreaterThan(0.05)
        const alike = ssim(a, b) + (await fsim(a, b)) + scoot(a, b)
        expect(scores[i]).toBeCloseTo(alike - 10 * strokes - 5 * colour, 3)
      }
      expect(scores[0]).not.toBeCloseTo(scores[1]!, 3)
    })
  })

  it('finds the initial text by PEZ where none is given', async () => {
    const heard: number[] = []
    const changes = { ...quick.changes, steps: 5, pez: { tokens: 4, steps: 20 } }
    const style = await learnStyle(bundle, pairs[0]!, {
      ...quick,
      text: undefined,
      changes,
      onText: (done, total) => heard.push(done / total),
    })
    expect(heard).toEqual([0.5, 1])
    expect(style.provenance.textFrom).toBe('pez')
    expect(style.provenance.text.length).toBeGreaterThan(0)
  })

  it('begins from a plain text where the pair comes out more like its sketch by it', async () => {
    const changes = { ...quick.changes, steps: 1, pez: { tokens: 4, steps: 10 }, plainTexts: true }
    const heard: number[][] = []
    const { provenance } = await learnStyle(bundle, pairs[0]!, {
      ...quick,
      text: undefined,
      changes,
      onTried: (...tried) => heard.push(tried),
    })
    // The likeliest six are tried on the mirrored pair, too.
    const tried = TEXTS.length + 1 + 6
    expect(heard.at(-1)).toEqual([tried, tried])
    expect(heard.length).toBeGreaterThan(5)
    expect(provenance.textFrom).toBe('plain')
    const pez = await learnStyle(bundle, pairs[0]!, {
      ...quick,
      text: undefined,
      changes: { ...changes, plainTexts: false },
    })
    expect(pez.provenance.textFrom).toBe('pez')
    expect(TEXTS).toContain(provenance.text)
    expect(TEXTS).not.toContain(pez.provenance.text)
  })

  it('tries every text once where it does not learn from the mirrored pair', async () => {
    const heard: number[][] = []
    await learnStyle(bundle, pairs[0]!, {
      ...quick,
      text: undefined,
      changes: {
        ...quick.changes,
        steps: 1,
        pez: { tokens: 4, steps: 10 },
        plainTexts: true,
        mirrored: false,
      },
      onTried: (...tried) => heard.push(tried),
    })
    expect(heard.at(-1)).toEqual([TEXTS.length + 1, TEXTS.length + 1])
  })

  it('takes several pairs of one artist', async () => {
    const style = await learnStyle(bundle, pairs, quick)
    expect(style.provenance.pairs).toHaveLength(2)
    expect(style.hash).not.toBe((await learnStyle(bundle, pairs[0]!, quick)).hash)
  })

  it('learns a sketch in one ink on one paper as black on white, and keeps its colours', async () => {
    const { photo, sketch } = await preparePair(pairs[0]!, bundle.manifest.resolution)
    const ofPaper = new Palette(Float32Array.of(0.3, 0.1, 0.05, 0.9, 0.8, 0.65))
    const coloured = ofPaper.inColours(sketch)
    const palette = Palette.of([coloured])!
    const two = { ...quick, changes: { ...quick.changes, steps: 2, returned: { kind: 'last' } } } as const
    const style = await learnStyle(bundle, { photo, sketch: coloured }, two)
    expect(style.palette).toEqual(palette)
    const white = await learnStyle(bundle, { photo, sketch: palette.onWhite(coloured) }, two)
    expect(white.instruction).toEqual(style.instruction)
    const plain = { ...two, changes: { ...two.changes, palette: false } }
    const asItIs = await learnStyle(bundle, { photo, sketch: coloured }, plain)
    expect(asItIs.palette).toBeUndefined()
    expect(asItIs.instruction).not.toEqual(style.instruction)
  })

  it('gives the same file for the same seed, and another for another', async () => {
    const one = await learnStyle(bundle, pairs[0]!, quick)
    expect((await learnStyle(bundle, pairs[0]!, quick)).hash).toBe(one.hash)
    expect((await learnStyle(bundle, pairs[0]!, { ...quick, seed: 6 })).hash).not.toBe(one.hash)
  })

  it('leaves no tensors behind', async () => {
    const before = (await settledMemory()).tensors
    await learnStyle(bundle, pairs[0]!, quick)
    // The last step lets go of its inputs just after it has answered.
    await vi.waitFor(() => expect(torch.memoryStatistics().tensors).toBe(before))
  })
})

describe('a learning run that is stopped', () => {
  for (const [name, options] of [
    ['default', { text: TEXT, seed: 5, changes: { steps: 48, drawing, returned: quick.changes?.returned } }],
    ['of L_rec, the best held', quick],
    ['visii', { text: TEXT, seed: 5, recipe: 'visii' as const, changes: { steps: 48 } }],
    ['paper', { text: TEXT, seed: 5, recipe: 'paper' as const, changes: { steps: 48 } }],
  ] as const) {
    it(`at any step and resumed gives the same bits (${name})`, async () => {
      const checkpoint = join(folder, `${name}.checkpoint`)
      const whole = await learnStyle(bundle, pairs[0]!, options)
      const stops = [1, 12, 20, 38]
      for (const stop of stops) {
        const controller = new AbortController()
        const onStep = ({ step }: StepLosses) => step === stop && controller.abort()
        const stopping = { ...options, checkpoint, signal: controller.signal, onStep }
        const error = await learnStyle(bundle, pairs[0]!, stopping).catch((e) => e)
        expect(error).toMatchObject({ code: 'CANCELLED' })
        expect(error.message).toMatch(/of 48 steps.* goes on from/)
        const told: number[] = []
        const resumed = await learnStyle(bundle, pairs[0]!, {
          ...options,
          checkpoint,
          onStep: ({ step }) => told.push(step),
        })
        expect(told).toEqual([...Array(48).keys()].map((i) => i + 1))
        expect(resumed.hash).toBe(whole.hash)
        // Whoever saves the style removes it.
        await rm(checkpoint)
      }
    })
  }

  it('is not resumed with other settings, naming the first that differs', async () => {
    const checkpoint = join(folder, 'other.checkpoint')
    const controller = new AbortController()
    const onStep = () => controller.abort()
    await learnStyle(bundle, pairs[0]!, { ...quick, checkpoint, signal: controller.signal, onStep }).catch(
      () => {},
    )
    for (const [options, pair, message] of [
      [{ seed: 6 }, pairs[0], /seed 6 .* received one with 5/],
      [{ text: 'a drawing' }, pairs[0], /text "a drawing"/],
      [{ changes: { ...quick.changes, learningRate: 0.5 } }, pairs[0], /recipe/],
      [{}, pairs[1], /pairs/],
    ] as [LearnOptions, Pair, RegExp][]) {
      const error = await learnStyle(bundle, pair, { ...quick, ...options, checkpoint }).catch((e) => e)
      expect(error).toMatchObject({ code: 'CHECKPOINT_MISMATCH' })
      expect(error.message).toMatch(message)
    }
    await expectDamageRefused(checkpoint)
    await copyFile(pairs[0]!.photo as string, checkpoint)
    await expect(learnStyle(bundle, pairs[0]!, { ...quick, checkpoint })).rejects.toMatchObject({
      code: 'SAFETENSORS_INVALID',
    })
  })
})

/** A checkpoint that is a safetensors file still, but whose content was damaged. */
async function expectDamageRefused(path: string) {
  const whole = await readSafetensors(path)
  const rows = whole.tensors.rows!
  const { metadata } = whole
  const initial = '"initial":{"text":"a","from":"pez"}'
  for (const [damaged, message] of [
    [
      { ...whole, tensors: { ...whole.tensors, rows: { ...rows, shape: [1, 1, ...rows.shape] } } },
      /tensor rows/,
    ],
    [{ ...whole, metadata: { ...metadata, settings: 'null' } }, /settings are no object/],
    [
      { ...whole, metadata: { ...metadata, state: '{"history":[],"best":null}' } },
      /for initial in its state/,
    ],
    [{ ...whole, metadata: { ...metadata, state: `{${initial},"best":null}` } }, /for history in its state/],
    [
      {
        ...whole,
        metadata: { ...metadata, state: `{${initial},"history":[{"step":1,"edit":0}],"best":null}` },
      },
      /for history.0.total in its state/,
    ],
  ] as [SafetensorsFile, RegExp][]) {
    await writeFile(path, serialiseSafetensors(damaged))
    const error = await learnStyle(bundle, pairs[0]!, { ...quick, checkpoint: path }).catch((e) => e)
    expect(error).toMatchObject({ code: 'CHECKPOINT_MISMATCH' })
    expect(error.message).toMatch(message)
  }
}

describe('a pair', () => {
  it('of different framing is refused where it must not be aligned', async () => {
    const sketch = await picture('wide.png', 120, 60, 3)
    await expect(learnStyle(bundle, { ...pairs[0]!, sketch }, { ...quick, align: 'never' })).rejects.toThrow(
      /same framing for pair but received "90x80 and 120x60"/,
    )
  })

  it('of pictures in memory is taken as it is', async () => {
    const { resolution } = bundle.manifest
    const framed = await framePair(pairs[0]!, resolution)
    const steps = { ...quick, changes: { ...quick.changes, steps: 2 } }
    const [ofImages, ofFiles] = [
      await learnStyle(bundle, framed, { ...steps, align: 'always', crop: 'face' }),
      await learnStyle(bundle, pairs[0]!, steps),
    ]
    expect(ofImages.hash).toBe(ofFiles.hash)
  })

  it('mirrored has every row the other way round, and stays as it was itself', () => {
    const image = { width: 2, height: 1, data: Float32Array.of(1, 2, 3, 4, 5, 6) }
    const { photo, sketch } = mirrorPair({ photo: image, sketch: image })
    expect([...photo.data]).toEqual([2, 1, 4, 3, 6, 5])
    expect(sketch).toEqual(photo)
    expect([...image.data]).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('must be there, and there must be one', async () => {
    await expect(learnStyle(bundle, [], quick)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    const photo = join(folder, 'none.jpg')
    await expect(learnStyle(bundle, { ...pairs[0]!, photo }, quick)).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    })
  })

  it('with a text that is too long is refused', async () => {
    const text = Array(80).fill('a').join(' ')
    await expect(learnStyle(bundle, pairs[0]!, { ...quick, text })).rejects.toMatchObject({
      code: 'TEXT_TOO_LONG',
    })
  })
})
