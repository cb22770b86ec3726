import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it, vi } from 'vitest'
import { clipSimilarity, editDirectionSimilarity } from '../lib/metrics/clip-similarity.js'
import { FeatureStatistics } from '../lib/metrics/feature-statistics.js'
import type { Features } from '../lib/metrics/features.js'
import { frechetDistance } from '../lib/metrics/fid.js'
import { identity } from '../lib/metrics/identity.js'
import { kernelDistance } from '../lib/metrics/kid.js'
import { LPIPS_CHANNELS, type LpipsNetwork, lpips, lpipsInput } from '../lib/metrics/lpips.js'
import * as torch from '../lib/torch/index.js'
import { length, maxDifference } from './helpers.js'
import { features, figures, load, numbers } from './metrics-fixture.js'

const SETS = {
  prediction: await features('prediction'),
  truth: await features('truth'),
  few: await features('few'),
}

const rows = (...values: number[][]): Features => ({
  count: values.length,
  width: values[0]!.length,
  data: Float64Array.from(values.flat()),
})

const part = ({ width, data }: Features, first: number, end: number): Features => ({
  count: end - first,
  width,
  data: data.slice(first * width, end * width),
})

const repeated = ({ count, width, data }: Features, times: number): Features => ({
  count: times * count,
  width,
  data: Float64Array.from({ length: times * data.length }, (_, i) => data[i % data.length]!),
})

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

function statistics(...parts: Features[]): FeatureStatistics {
  const statistics = new FeatureStatistics(parts[0]!.width)
  for (const part of parts) statistics.add(part)
  return statistics
}

const invalid = expect.objectContaining({ code: 'INVALID_ARGUMENT' })

describe('the Fréchet distance', () => {
  it.each([
    ['prediction', 'truth'],
    ['prediction', 'few'],
    ['few', 'truth'],
  ] as const)("of %s and %s is torchmetrics' and clean-fid's", async (a, b) => {
    const { distance, counts } = await frechetDistance(statistics(SETS[a]), statistics(SETS[b]))
    for (const source of ['torchmetrics', 'clean-fid'])
      expect(Math.abs(distance / figures[`fid/${source}/${a}/${b}`]! - 1)).toBeLessThan(1e-6)
    expect(counts).toEqual([SETS[a].count, SETS[b].count])
  })

  it('does not depend on how the features come, nor on which set is first', async () => {
    const { prediction, truth } = SETS
    const { distance } = await frechetDistance(statistics(prediction), statistics(truth))
    const parts = statistics(part(prediction, 0, 1), part(prediction, 1, 40), part(prediction, 40, 70))
    expect((await frechetDistance(statistics(truth), parts)).distance).toBeCloseTo(distance, 10)
  })

  it('of sums put together is that of the whole, however it was parted', async () => {
    const { prediction, truth } = SETS
    const whole = statistics(repeated(prediction, 9))
    // Parts with rows in their sums, with some that wait still, and with none but these.
    const rest = repeated(prediction, 4)
    const parts = [repeated(prediction, 5), part(rest, 0, 7), part(rest, 7, rest.count)].map((rows) => {
      const own = new FeatureStatistics(rows.width)
      for (let row = 0; row < rows.count; row += 10) own.add(part(rows, row, Math.min(row + 10, rows.count)))
      return own
    })
    const merged = new FeatureStatistics(prediction.width)
    for (const one of parts) merged.merge(one)
    expect(merged.count).toBe(whole.count)
    const [ours, theirs] = [merged.moments(), whole.moments()]
    for (const moment of ['mean', 'covariance'] as const) {
      const wanted = await theirs[moment].toArray()
      expect(maxDifference(await ours[moment].toArray(), wanted)).toBeLessThan(1e-13 * length(wanted))
    }
    const { distance } = await frechetDistance(merged, statistics(truth))
    expect(distance).toBeCloseTo((await frechetDistance(whole, statistics(truth))).distance, 10)
    // The parts are as they were.
    expect(parts.map(({ count }) => count)).toEqual([350, 7, 273])
    const again = statistics(repeated(prediction, 5)).moments().mean
    expect(maxDifference(await parts[0]!.moments().mean.toArray(), await again.toArray())).toBeLessThan(1e-13)
  })

  it("of merged parts is torchmetrics' and clean-fid's", async () => {
    const { prediction, truth } = SETS
    const [merged, rest] = [statistics(part(truth, 0, 33)), statistics(part(truth, 33, truth.count))]
    merged.merge(rest)
    const { distance } = await frechetDistance(statistics(prediction), merged)
    for (const source of ['torchmetrics', 'clean-fid'])
      expect(Math.abs(distance / figures[`fid/${source}/prediction/truth`]! - 1)).toBeLessThan(1e-6)
  })

  it('takes the same memory, however many features come', async () => {
    const measured = new FeatureStatistics(SETS.truth.width)
    const rows = part(SETS.truth, 0, 30)
    const held = async (more: number) => {
      for (let i = 0; i < more; i++) measured.add({ ...rows, data: rows.data.slice() })
      await measured.moments().mean.ready()
    }
    const memory = () => {
      collectGarbage()
      return process.memoryUsage().arrayBuffers
    }
    await held(10)
    const before = memory()
    // 12 MB of features.
    await held(1000)
    expect(measured.count).toBe(30_300)
    // What was sent is let go of when the host hears of it, a little later.
    await vi.waitFor(() => expect(memory() - before).toBeLessThan(2e6), { timeout: 5000 })
  })

  it('outlives the scope it was added in', async () => {
    const { truth } = SETS
    const measured = torch.scope(() => statistics(repeated(truth, 3)))
    measured.add(truth)
    const wanted = await statistics(truth).moments().mean.toArray()
    expect(maxDifference(await measured.moments().mean.toArray(), wanted)).toBeLessThan(1e-12)
  })

  it('is exact far from zero', async () => {
    const shifted = (by: number, set: Features) => ({
      ...set,
      data: Float64Array.from(set.data, (x) => x + by),
    })
    const plain = await frechetDistance(statistics(SETS.prediction), statistics(SETS.truth))
    const far = await frechetDistance(
      statistics(shifted(1e6, SETS.prediction)),
      statistics(shifted(1e6, SETS.truth)),
    )
    expect(Math.abs(far.distance / plain.distance - 1)).toBeLessThan(1e-6)
  })

  it('of equal sets is 0, also where covariances are singular', async () => {
    for (const set of [SETS.truth, SETS.few, part(SETS.few, 0, 2), rows([1, 2, 3], [1, 2, 3])]) {
      const { distance } = await frechetDistance(statistics(set), statistics(set))
      expect(distance).toBeGreaterThanOrEqual(0)
      expect(distance).toBeLessThan(1e-6)
    }
  })

  it('of points is the squared distance of their means', async () => {
    const [a, b] = [statistics(rows([1, 0], [1, 0])), statistics(rows([4, 4], [4, 4]))]
    expect((await frechetDistance(a, b)).distance).toBeCloseTo(25, 12)
  })

  it('warns of fewer pictures than features', async () => {
    const { warning } = await frechetDistance(statistics(SETS.few), statistics(SETS.truth))
    expect(warning).toMatch(/^30 pictures for 48 features: the covariance is singular/)
    const enough = await frechetDistance(statistics(SETS.prediction), statistics(SETS.truth))
    expect(enough).not.toHaveProperty('warning')
  })

  it('refuses what it cannot measure', async () => {
    const one = statistics(part(SETS.few, 0, 1))
    await expect(frechetDistance(one, statistics(SETS.few))).rejects.toThrow(
      'at least 2 pictures for prediction but received 1',
    )
    await expect(frechetDistance(statistics(rows([1], [2])), statistics(SETS.few))).rejects.toThrow(
      "the truth's 48 features",
    )
    expect(() => one.moments()).toThrow('at least 2 pictures for statistics but received 1')
    expect(() => one.merge(statistics(rows([1, 2])))).toThrow('48 numbers a picture for statistics')
    expect(() => one.add(rows([1, 2]))).toThrow('48 numbers a picture for features but received 2')
    expect(() => statistics(rows([1, 2], [3, Number.NaN]))).toThrow(
      'finite numbers for features but received NaN. See row 1.',
    )
    expect(() => statistics({ count: 0, width: 3, data: new Float32Array() })).toThrow(invalid)
    expect(() => statistics({ count: 2, width: 3, data: new Float32Array(5) })).toThrow(invalid)
  })
})

describe('the kernel distance', () => {
  it("of whole sets is torchmetrics' and clean-fid's", async () => {
    const { mean, deviation } = await kernelDistance(SETS.prediction, part(SETS.truth, 0, 70), {
      seed: 1,
      subsets: 2,
    })
    for (const source of ['torchmetrics', 'clean-fid'])
      expect(Math.abs(mean / figures[`kid/${source}/whole`]! - 1)).toBeLessThan(1e-9)
    expect(deviation).toBeLessThan(1e-9)
  })

  it("of subsets has the mean and the spread of torchmetrics' for the same subsets", async () => {
    const measured = await kernelDistance(SETS.prediction, SETS.truth, {
      seed: 7,
      subsets: 5,
      subsetSize: 20,
    })
    expect(Math.abs(measured.mean / figures['kid/subsets/mean']! - 1)).toBeLessThan(1e-9)
    expect(Math.abs(measured.deviation / figures['kid/subsets/deviation']! - 1)).toBeLessThan(1e-9)
    expect(measured).toMatchObject({ subsets: 5, subsetSize: 20, counts: [70, 90] })
  })

  it('depends on the seed only', async () => {
    const measure = (seed: number) =>
      kernelDistance(SETS.few, SETS.truth, { seed, subsets: 3, subsetSize: 10 })
    expect(await measure(1)).toEqual(await measure(1))
    expect((await measure(2)).mean).not.toBe((await measure(1)).mean)
  })

  it('takes 100 subsets of 100 pictures, or of all of the smaller set', async () => {
    const measured = await kernelDistance(SETS.few, SETS.truth, { seed: 0 })
    expect(measured).toMatchObject({ subsets: 100, subsetSize: 30 })
  })

  it('refuses what it cannot measure', async () => {
    const measure = (a: Features, b: Features, options = {}) => kernelDistance(a, b, { seed: 0, ...options })
    await expect(measure(part(SETS.few, 0, 1), SETS.few)).rejects.toThrow('at least 2 pictures of each set')
    await expect(measure(rows([1], [2]), SETS.few)).rejects.toThrow(invalid)
    await expect(measure(rows([1], [Number.POSITIVE_INFINITY]), rows([1], [2]))).rejects.toThrow('See row 1.')
    await expect(measure(SETS.few, SETS.few, { subsets: 0 })).rejects.toThrow(invalid)
    await expect(measure(SETS.few, SETS.few, { subsetSize: Number.NaN })).rejects.toThrow(invalid)
  })
})

describe('LPIPS', () => {
  const NETWORKS = Object.keys(LPIPS_CHANNELS) as LpipsNetwork[]
  const layers = (net: LpipsNetwork, what: string) =>
    LPIPS_CHANNELS[net].map((_, layer) => load(`lpips/${net}/${what}/${layer}`).to({ dtype: 'float32' }))

  it.each(NETWORKS)('of %s is that of the lpips package', async (net) => {
    const weights = layers(net, 'weights')
    expect(await Promise.all(weights.map((weight) => weight.shape()))).toEqual(
      LPIPS_CHANNELS[net].map((channels) => [channels]),
    )
    const [distance] = await lpips(layers(net, 'prediction'), layers(net, 'truth'), weights)
    expect(Math.abs(distance! - (await numbers(`lpips/${net}/distance`))[0]!)).toBeLessThan(1e-6)
  })

  it('scales pictures as the package does', async () => {
    const scaled = await lpipsInput(load('lpips/input')).toArray()
    expect(maxDifference(scaled, await numbers('lpips/scaled'))).toBeLessThan(1e-6)
  })

  it('measures each pair of a batch by itself, and equal pictures as 0', async () => {
    const [a, b, weights] = (['prediction', 'truth', 'weights'] as const).map((what) => layers('alex', what))
    const both = (first: torch.Tensor[], second: torch.Tensor[]) =>
      first.map((tensor, i) => torch.cat([tensor, second[i]!]))
    const [alone] = await lpips(a!, b!, weights!)
    const [together, equal] = await lpips(both(a!, b!), both(b!, b!), weights!)
    expect(together).toBeCloseTo(alone!, 7)
    expect(equal).toBe(0)
  })

  it('refuses what it cannot measure', async () => {
    const [a, b, weights] = (['prediction', 'truth', 'weights'] as const).map((what) => layers('alex', what))
    await expect(lpips(a!.slice(1), b!, weights!)).rejects.toThrow('as many activations')
    await expect(lpips([], [], [])).rejects.toThrow(invalid)
    await expect(lpips(a!, [b![0]!.narrow(2, 0, 5), ...b!.slice(1)], weights!)).rejects.toThrow(
      'one shape [B, 64, h, w] of prediction and truth for activations of layer 0 but received "[1,64,11,11] and [1,64,5,11]". Compare pictures of one size.',
    )
    await expect(lpips([a![0]!.mul(Number.NaN), ...a!.slice(1)], b!, weights!)).rejects.toThrow(
      'finite numbers',
    )
  })
})

describe('similarity in CLIP', () => {
  it('is the cosine, row by row, whatever the length', () => {
    const similarities = clipSimilarity(rows([1, 0], [3, 4], [0, 0]), rows([-2, 0], [4, 3], [1, 1]))
    expect(similarities).toEqual([-1, 24 / 25, 0])
  })

  it('of edits compares what was changed', () => {
    const before = rows([1, 1], [1, 1], [5, 5])
    const after = rows([2, 1], [1, 3], [5, 5])
    const truth = { before, after: rows([9, 1], [3, 1], [6, 5]) }
    expect(editDirectionSimilarity({ before, after }, truth)).toEqual([1, 0, 0])
  })

  it('refuses rows that do not match', () => {
    expect(() => clipSimilarity(rows([1, 2]), rows([1, 2], [3, 4]))).toThrow("the truth's 2 rows")
    expect(() => clipSimilarity(rows([1, 2]), rows([1, 2, 3]))).toThrow(invalid)
    expect(() => clipSimilarity(rows([1, Number.NaN]), rows([1, 2]))).toThrow('See row 0.')
    const edit = { before: rows([1, 2]), after: rows([1, 2], [3, 4]) }
    expect(() => editDirectionSimilarity(edit, edit)).toThrow(invalid)
  })
})

describe('identity', () => {
  const truth = rows([1, 0, 0], [0, 1, 0], [0, 0, 1])

  it('is the mean similarity, and how many are nearest to their own', () => {
    const measured = identity(rows([2, 1, 0], [1, 0.5, 0], [0, 0, 7]), truth)
    expect(measured.count).toBe(3)
    expect(measured.rankOne).toBeCloseTo(2 / 3, 12)
    expect(measured.similarity).toBeCloseTo((2 / Math.sqrt(5) + 1 / Math.sqrt(5) + 1) / 3, 12)
  })

  it('counts a tie as a miss', () => {
    const one = rows([1, 1, 1], [1, 1, 1], [1, 1, 1])
    expect(identity(one, one)).toMatchObject({ rankOne: 0, similarity: expect.closeTo(1, 12) })
    expect(identity(rows([0, 0, 0], [0, 0, 0], [0, 0, 0]), truth).rankOne).toBe(0)
  })

  it('refuses rows that do not match', () => {
    expect(() => identity(rows([1, 2, 3]), truth)).toThrow("the truth's 3 rows for prediction but received 1")
  })
})
