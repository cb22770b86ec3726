import { describe, expect, it } from 'vitest'
import * as torch from '../lib/torch/index.js'

describe('random numbers', () => {
  it('are Philox4x32-10: the known answers of Random123 for a zero counter and key', async () => {
    // kat_vectors of Random123: philox4x32 10, counter 0, key 0. uniform's key is the complement of the seed.
    const words = [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]
    const drawn = await torch.uniform([4], { seed: -1 }).toArray()
    expect([...drawn]).toEqual(words.map((word) => Math.fround((word + 0.5) / 2 ** 32)))
  })

  it('are a pure function of seed, item, draw and index', async () => {
    const alone = await torch.normal([5], { seed: 3, item: 8, draw: 2 }).toArray()
    const items = torch.tensor(BigInt64Array.of(7n, 8n), [2])
    const batch = await torch.normal([2, 5], { seed: 3, item: items, draw: 2 }).toArray()
    expect([...batch.slice(5)]).toEqual([...alone])
    for (const other of [
      { seed: 4, item: 8, draw: 2 },
      { seed: 3, item: 9, draw: 2 },
      { seed: 3, item: 8, draw: 3 },
    ]) {
      expect(await torch.normal([5], other).toArray()).not.toEqual(alone)
    }
  })

  it('are standard normal', async () => {
    const values = (await torch.normal([40000], { seed: 1 }).toArray()) as Float32Array
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length
    expect(Math.abs(mean)).toBeLessThan(0.02)
    expect(Math.abs(variance - 1)).toBeLessThan(0.03)
  })

  it('change from replay to replay when the draw is counted up', async () => {
    const draw = torch.zeros([1], { dtype: 'int64' })
    const program = torch.record(() => {
      draw.add_(1)
      return torch.normal([], { seed: 5, draw })
    })
    const [values] = await program.run(3, { watch: [program.outputs] })
    for (let i = 0; i < 3; i++) {
      expect(await torch.normal([], { seed: 5, draw: i + 1 }).item()).toBe(values![i])
    }
  })

  it('are none for no rows', async () => {
    const items = torch.tensor(new BigInt64Array(), [0])
    expect(await torch.normal([0, 5], { seed: 1, item: items }).shape()).toEqual([0, 5])
  })

  it('refuse items that are not one for each row', async () => {
    const items = torch.tensor(BigInt64Array.of(1n, 2n, 3n), [3])
    await expect(torch.normal([2, 5], { seed: 1, item: items }).ready()).rejects.toThrow(
      /as many as there are rows/,
    )
  })
})
