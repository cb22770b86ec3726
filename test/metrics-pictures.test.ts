import { describe, expect, it } from 'vitest'
import { normaliseContrast } from '../lib/metrics/contrast.js'
import { fsim } from '../lib/metrics/fsim.js'
import { fromGrey, type GreyImage, toGrey } from '../lib/metrics/grey.js'
import { type InceptionResize, inceptionInput } from '../lib/metrics/inception-input.js'
import { msSsim } from '../lib/metrics/ms-ssim.js'
import { psnr } from '../lib/metrics/psnr.js'
import { scoot } from '../lib/metrics/scoot.js'
import { ssim } from '../lib/metrics/ssim.js'
import { strokeDistance, strokeStatistics } from '../lib/metrics/strokes.js'
import { maxDifference } from './helpers.js'
import { figures, fromBytes, grey, greyPattern, image, numbers, pairsOf, pattern } from './metrics-fixture.js'

type Metric = (prediction: GreyImage, truth: GreyImage) => number | Promise<number>

/** How far from the field's packages each may be, and its smallest side. */
const METRICS: Record<string, { measure: Metric; tolerance: number; smallest: number }> = {
  ssim: { measure: ssim, tolerance: 1e-6, smallest: 11 },
  'ms-ssim': { measure: msSsim, tolerance: 1e-6, smallest: 176 },
  psnr: { measure: psnr, tolerance: 1e-9, smallest: 1 },
  fsim: { measure: fsim, tolerance: 1e-5, smallest: 1 },
  scoot: { measure: scoot, tolerance: 1e-12, smallest: 8 },
}

const flat = (width: number, height: number, value: number): GreyImage => ({
  width,
  height,
  data: new Uint8Array(width * height).fill(value),
})

describe.each(Object.entries(METRICS))('%s', (name, { measure, tolerance, smallest }) => {
  it.each(pairsOf(name))("is the field's figure for %s against %s", async (prediction, truth) => {
    const measured = await measure(grey(prediction), grey(truth))
    expect(Math.abs(measured - figures[`${name}/${prediction}/${truth}`]!)).toBeLessThan(tolerance)
  })

  it('is the same both ways', async () => {
    const [a, b] = [greyPattern(180, 190, 1), greyPattern(180, 190, 2)]
    expect(await measure(b, a)).toBeCloseTo(await measure(a, b), 12)
  })

  it('is best for equal pictures, also of one grey', async () => {
    for (const picture of [greyPattern(180, 176, 3), flat(176, 176, 255), flat(176, 176, 0)])
      expect(await measure(picture, picture)).toBe(name === 'psnr' ? Number.POSITIVE_INFINITY : 1)
  })

  it('is worse the more noise there is', async () => {
    const clean = greyPattern(180, 180, 1)
    const noisy = (strength: number) => ({
      ...clean,
      data: clean.data.map((value, i) =>
        Math.min(255, Math.max(0, value + strength * (((i * 7919) % 33) - 16))),
      ),
    })
    const measured = [await measure(noisy(0.2), clean), await measure(noisy(1.5), clean)]
    expect(measured[0]).toBeGreaterThan(measured[1]!)
  })

  it('refuses what cannot be compared', async () => {
    const refused = async (a: GreyImage, b: GreyImage) => {
      const attempt = async () => measure(a, b)
      await expect(attempt()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
      return attempt().then(String, (error: Error) => error.message)
    }
    expect(await refused(flat(200, 180, 1), flat(180, 200, 1))).toBe(
      'Expected the truth\'s size of 180 x 200 for prediction but received "200 x 180". Resize one to the other.',
    )
    expect(await refused(flat(smallest - 1, 200, 1), flat(smallest - 1, 200, 1))).toContain(
      `sides of at least ${smallest} pixels for prediction but received "${smallest - 1} x 200"`,
    )
    expect(await refused(flat(0, 0, 1), flat(0, 0, 1))).toContain('received "0 x 0"')
    expect(await refused({ ...flat(200, 200, 1), width: 201 }, flat(201, 200, 1))).toContain('40200 values')
  })
})

describe('fsim', () => {
  it.each([384, 700])("averages pictures of %i pixels' side down as piq does", async (side) => {
    const measured = await fsim(greyPattern(side + 7, side, 1), greyPattern(side + 7, side, 2))
    expect(Math.abs(measured - figures[`fsim/pattern-${side}`]!)).toBeLessThan(1e-5)
  })

  it('is low for blank paper', async () => {
    const measured = await fsim(grey('white'), grey('sketch'))
    expect(measured).toBeGreaterThan(0)
    expect(measured).toBeLessThan(0.6)
  })

  it('keeps pairs apart that are measured at once, and sizes', async () => {
    const pairs: [GreyImage, GreyImage][] = Array.from({ length: 8 }, (_, i) => [
      greyPattern(40 + (i % 6), 50, i),
      greyPattern(40 + (i % 6), 50, i + 1),
    ])
    const together = await Promise.all(pairs.map(([a, b]) => fsim(a, b)))
    for (const [i, [a, b]] of pairs.entries()) expect(await fsim(a, b)).toBe(together[i])
  })
})

describe('grey', () => {
  it("is PIL's convert('L')", async () => {
    expect(maxDifference(toGrey(image('photo')).data, await numbers('grey/photo'))).toBe(0)
  })

  it('keeps what it was made of', () => {
    const { data } = grey('sketch')
    expect(toGrey(fromGrey(grey('sketch'))).data).toEqual(data)
  })

  it.each([
    [{ width: 0, height: 4, data: new Float32Array() }, 'at least one pixel'],
    [{ width: 2, height: 2, data: new Float32Array(4) }, '12 values (3 x 2 x 2)'],
    [{ width: 1, height: 1, data: Float32Array.of(0, Number.NaN, 0) }, 'numbers from -1 to 1'],
  ])('refuses %o', (broken, message) => {
    expect(() => toGrey(broken)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(() => toGrey(broken)).toThrow(message)
  })
})

describe('the contrast normaliser', () => {
  it("is PIL's ImageEnhance.Contrast(1.5)", async () => {
    expect(maxDifference(normaliseContrast(grey('noisy')).data, await numbers('contrast/noisy'))).toBe(0)
  })

  it('leaves a picture of one grey as it is', () => {
    expect(normaliseContrast(flat(3, 2, 100))).toEqual(flat(3, 2, 100))
  })
})

describe("what FID's network is given", () => {
  const pictures = {
    photo: image('photo'),
    pattern: fromBytes(400, 350, (x, y, channel) => pattern(x, y, channel + 1)),
  }
  const cases = (['pytorch-fid', 'clean-fid'] as const).flatMap((resize) =>
    (['photo', 'pattern'] as const).map((name) => [resize, name] as const),
  )

  it.each(cases)("is %s's for the %s", async (resize, name) => {
    const { width, height, data } = inceptionInput(pictures[name], resize)
    expect([width, height]).toEqual([299, 299])
    const kept = Array.from({ length: 23 * 23 * 3 }, (_, i) => {
      const [row, column, channel] = [Math.floor(i / 69), Math.floor(i / 3) % 23, i % 3]
      return data[(channel * 299 + 13 * row) * 299 + 13 * column]!
    })
    expect(maxDifference(kept, await numbers(`resized/${resize}/${name}`))).toBeLessThan(1e-5)
  })

  it('is a way of resizing that there is', () => {
    expect(() => inceptionInput(pictures.photo, 'tensorflow' as InceptionResize)).toThrow(
      'pytorch-fid or clean-fid for resize but received "tensorflow"',
    )
  })
})

describe('strokes', () => {
  const sketches = ['sketch', 'odd'].map(grey)
  const others = ['other', 'noisy', 'white'].map(grey)

  it('are counted as numpy counts them', async () => {
    for (const [name, pictures] of Object.entries({ sketches, others })) {
      const { mean, histogram } = strokeStatistics(pictures)
      expect(mean).toBeCloseTo(figures[`strokes/${name}`]!, 12)
      // A pixel on a bound may fall to either side.
      expect(maxDifference(histogram, await numbers(`strokes/${name}`))).toBeLessThan(1e-4)
    }
  })

  it("are apart by scipy's Wasserstein distance", () => {
    const distance = strokeDistance(strokeStatistics(sketches), strokeStatistics(others))
    expect(Math.abs(distance - figures['strokes/sketches/others']!)).toBeLessThan(1e-5)
    expect(strokeDistance(strokeStatistics(sketches), strokeStatistics([...sketches].reverse()))).toBeCloseTo(
      0,
      12,
    )
  })

  it('of a step from black to white are the strongest there are', () => {
    const data = Uint8Array.from({ length: 9 }, (_, i) => (i % 3 > 0 ? 255 : 0))
    const { mean, histogram } = strokeStatistics([{ width: 3, height: 3, data }])
    expect(mean).toBeCloseTo(0.5, 12)
    expect(histogram[26]).toBe(1)
  })

  it('need pictures', () => {
    expect(() => strokeStatistics([])).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(() => strokeStatistics([flat(2, 9, 1)])).toThrow('sides of at least 3 pixels')
  })
})
