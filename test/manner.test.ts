import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bundle, loadBundle } from '../lib/bundle/bundle.js'
import type { Image } from '../lib/data/image.js'
import { learnStyle } from '../lib/style/learn.js'
import { withManner } from '../lib/style/manner.js'
import { encodePairs, mirrorPair, type PreparedPair } from '../lib/style/pairs.js'
import type { Style } from '../lib/style/style.js'
import * as torch from '../lib/torch/index.js'
import { fixture } from './helpers.js'

let bundle: Bundle

beforeAll(async () => {
  bundle = await loadBundle(undefined, { device: 'cpu', dtype: 'float32' })
})
afterAll(() => bundle.dispose())

/** A shaded disc on a plain ground, in [-1, 1]. */
function disc(side: number, ground: number, middle: number): Image {
  const plane = Float32Array.from({ length: side * side }, (_, i) => {
    const radius = Math.hypot((i % side) - side / 2, Math.floor(i / side) - side / 2) / side
    return radius > 0.35 ? ground : middle + radius
  })
  const data = new Float32Array(3 * plane.length)
  for (const channel of [0, 1, 2]) data.set(plane, channel * plane.length)
  return { width: side, height: side, data }
}

const pairOf = (side: number, ground: number, middle: number): PreparedPair => ({
  photo: disc(side, -0.2, 0),
  sketch: disc(side, ground, middle),
})

/** What learning begins from: the initial text's rows, before any step. */
const begun = async (manner: number, pair: PreparedPair): Promise<Style> =>
  learnStyle(bundle, pair, {
    text: 'a pencil sketch',
    changes: { manner, steps: 1, learningRate: 1e-9, returned: { kind: 'last' } },
  })

describe('what a bundle measures of a drawing', () => {
  it('is one shift of all rows, the mean of the pairs', async () => {
    await torch.scope(async () => {
      const [light, dark] = [pairOf(128, 0.9, 0.2), pairOf(128, 0.3, -0.8)]
      const shiftOf = (pairs: PreparedPair[]) => encodePairs(bundle, pairs).manner!.toArray()
      const [one, two, both] = await Promise.all([[light], [dark], [light, dark]].map(shiftOf))
      expect(one).toHaveLength(bundle.manifest.text.width)
      for (const [i, value] of both!.entries())
        expect(value).toBeCloseTo(((one![i] as number) + (two![i] as number)) / 2, 5)
      expect(one).not.toEqual(two)
    })
  })

  it('is the same of a pair mirrored', async () => {
    await torch.scope(async () => {
      const pair = pairOf(128, 0.9, 0.2)
      const [one, other] = await Promise.all(
        [pair, mirrorPair(pair)].map((each) => encodePairs(bundle, [each]).manner!.toArray()),
      )
      for (const [i, value] of one!.entries()) expect(other![i]).toBeCloseTo(value as number, 2)
    })
  })

  it('is laid into the rows that a learning begins from, as strongly as the recipe says', async () => {
    const pair = pairOf(128, 0.9, 0.2)
    const [without, once, twice] = await Promise.all([0, 1, 2].map((manner) => begun(manner, pair)))
    const shift = await torch.scope(async () =>
      encodePairs(bundle, [pair, mirrorPair(pair)]).manner!.toArray(),
    )
    for (const [i, value] of without!.instruction.entries()) {
      const laid = shift[i % shift.length] as number
      expect(once!.instruction[i]).toBeCloseTo(value + laid, 4)
      expect(twice!.instruction[i]).toBeCloseTo(value + 2 * laid, 4)
    }
    expect(Math.hypot(...(shift as Float32Array))).toBeGreaterThan(0.5)
  })

  it('is nothing where the bundle measures none', async () => {
    await using plain = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'float32' })
    await torch.scope(async () => {
      const { resolution } = plain.manifest
      const pairs = encodePairs(plain, [pairOf(resolution, 0.9, 0.2)])
      expect(pairs.manner).toBeUndefined()
      const text = plain.text.encode('a pencil sketch')
      expect(withManner(text, pairs, 1)).toEqual(text)
    })
  })
})
