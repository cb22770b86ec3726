import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { alignPair } from '../lib/data/align.js'
import { alignFiles } from '../lib/data/align-files.js'
import {
  fitSimilarity,
  inverse,
  type Point,
  type Similarity,
  transform,
} from '../lib/data/align-similarity.js'
import { warp } from '../lib/data/align-warp.js'
import { encodePng, type Image, readImage } from '../lib/data/image.js'
import { framePair, preparePair } from '../lib/style/pairs.js'
import { fixture } from './helpers.js'
import { silverpoint } from './silverpoint.js'
import { pixel, psnr, wavy } from './test-image.js'

interface Fixture {
  cases: { from: number[][]; to: number[][]; skimage: number[]; opencv: number[] }[]
  warp: {
    width: number
    height: number
    picture: number[]
    move: number[]
    size: [number, number]
    warped: number[]
  }
}

const demo = (name: string) => join(import.meta.dirname, '..', 'examples', 'demo', name)
const PHOTO = demo('pair/photo.png')
const SKETCH = demo('pair/sketch.png')
const asMove = ([a, b, tx, ty]: number[]): Similarity => ({ a: a!, b: b!, tx: tx!, ty: ty! })
const asPoints = (rows: number[][]): Point[] => rows.map(([x, y]) => ({ x: x!, y: y! }))

let peer: Fixture
let folder: string
beforeAll(async () => {
  peer = JSON.parse(await readFile(fixture('align.json'), 'utf8'))
  folder = await mkdtemp(join(tmpdir(), 'silverpoint-align-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('fitSimilarity', () => {
  it("finds scikit-image's similarity, and OpenCV's", () => {
    for (const { from, to, skimage, opencv } of peer.cases) {
      const { a, b, tx, ty } = fitSimilarity(asPoints(from), asPoints(to))
      for (const [i, value] of [a, b, tx, ty].entries()) {
        expect(Math.abs(value - skimage[i]!)).toBeLessThan(1e-9)
        expect(Math.abs(value - opencv[i]!)).toBeLessThan(1e-3)
      }
    }
  })

  it('never mirrors', () => {
    const from = [
      { x: 0, y: 0 },
      { x: 4, y: 0 },
      { x: 0, y: 3 },
    ]
    const { a, b } = fitSimilarity(
      from,
      from.map(({ x, y }) => ({ x: -x, y })),
    )
    const moved = (p: Point) => transform({ a, b, tx: 0, ty: 0 }, p)
    const [u, v] = [moved({ x: 1, y: 0 }), moved({ x: 0, y: 1 })]
    expect(u.x * v.y - u.y * v.x).toBeGreaterThan(0)
  })

  it('is undone by its inverse', () => {
    const move = asMove(peer.cases[0]!.skimage)
    const { x, y } = transform(inverse(move), transform(move, { x: 12, y: -7 }))
    expect(x).toBeCloseTo(12, 9)
    expect(y).toBeCloseTo(-7, 9)
  })

  it('refuses points that fix nothing', () => {
    const one = [{ x: 1, y: 2 }]
    expect(() => fitSimilarity(one, one)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(() => fitSimilarity([...one, ...one], [...one, ...one])).toThrow(/all in one/)
  })
})

describe('warp', () => {
  it("samples as PyTorch's grid_sample does, edges repeated", async () => {
    const { width, height, picture, move, size, warped } = peer.warp
    const data = Float32Array.from([...picture, ...picture, ...picture])
    const [w, h] = size
    const out = await warp({ width, height, data }, asMove(move), w, h)
    for (let i = 0; i < w * h; i++) {
      const expected = Math.min(1, Math.max(-1, warped[i]!))
      for (const channel of [0, 1, 2])
        expect(Math.abs(out.data[channel * w * h + i]! - expected)).toBeLessThan(1e-5)
    }
  })

  it('repeats edges, or shows white paper, beyond the picture', async () => {
    const image = wavy(40, 30)
    const shifted = { a: 1, b: 0, tx: 10, ty: 5 }
    const edge = await warp(image, shifted, 60, 40)
    const white = await warp(image, shifted, 60, 40, 'white')
    for (const [x, y] of [
      [3, 20],
      [55, 20],
      [30, 2],
      [30, 38],
    ] as const) {
      const [u, v] = [Math.min(39, Math.max(0, x - 10)), Math.min(29, Math.max(0, y - 5))]
      for (const channel of [0, 1, 2])
        expect(pixel(edge, x, y)[channel]).toBeCloseTo(pixel(image, u, v)[channel]!, 3)
      expect(pixel(white, x, y)).toEqual([255, 255, 255])
    }
    expect(pixel(white, 10, 5)).toEqual(pixel(edge, 10, 5))
  })

  it('averages what it shrinks', async () => {
    const data = Float32Array.from({ length: 3 * 64 * 64 }, (_, i) => (i % 2 ? 1 : -1))
    const small = await warp({ width: 64, height: 64, data }, { a: 0.125, b: 0, tx: 0, ty: 0 }, 8, 8)
    for (const value of small.data) expect(Math.abs(value)).toBeLessThan(0.1)
  })
})

/** The demo's photo, turned, scaled and put somewhere on a larger canvas. */
async function scattered(move: Similarity, width: number, height: number): Promise<Image> {
  return warp(await readImage(PHOTO), move, width, height)
}

describe('aligning a pair', () => {
  it("brings a photo of another framing into the sketch's", async () => {
    const angle = 0.2
    const move = { a: 1.4 * Math.cos(angle), b: 1.4 * Math.sin(angle), tx: 180, ty: 60 }
    const photo = await scattered(move, 640, 520)
    const sketch = await readImage(SKETCH)
    const aligned = await alignPair(photo, sketch, { photo: 'the photo', sketch: 'the sketch' })
    expect([aligned.photo.width, aligned.photo.height]).toEqual([256, 256])
    // Back where it was: what is left is what landmarks of a drawing are unsure of.
    for (const corner of [
      { x: 80, y: 60 },
      { x: 180, y: 60 },
      { x: 128, y: 200 },
    ]) {
      const { x, y } = transform(aligned.move, transform(move, corner))
      expect(Math.hypot(x - corner.x, y - corner.y)).toBeLessThan(12)
    }
    expect(psnr(aligned.photo.data, (await readImage(PHOTO)).data)).toBeGreaterThan(14)
  })

  it('says what to do where a drawing shows no face that is known', async () => {
    const photo = await readImage(PHOTO)
    const aligning = alignPair(photo, wavy(120, 90), { photo: 'p.png', sketch: 'drawing.png' })
    await expect(aligning).rejects.toMatchObject({ code: 'FACE_NOT_FOUND' })
    await expect(aligning).rejects.toThrow(/drawing\.png.*by hand.*--align never/s)
  })

  it('writes the pair and a picture of the alignment', async () => {
    const out = join(folder, 'aligned')
    const { code, stdout } = await silverpoint(['align', PHOTO, SKETCH, '-o', out, '--json'])
    expect(code).toBe(0)
    const said = JSON.parse(stdout)
    expect(said).toMatchObject({ photo: join(out, 'photo.png'), sketch: join(out, 'sketch.png') })
    expect(Math.hypot(said.move.a, said.move.b)).toBeGreaterThan(0.85)
    expect(Math.hypot(said.move.a, said.move.b)).toBeLessThan(1.15)
    expect(psnr((await readImage(said.sketch)).data, (await readImage(SKETCH)).data)).toBe(
      Number.POSITIVE_INFINITY,
    )
    const { width, height } = await readImage(said.picture)
    expect(width / height).toBeGreaterThan(2)
  })

  it('refuses a folder that cannot be written', async () => {
    const path = join(folder, 'file')
    await writeFile(path, '')
    await expect(alignFiles(PHOTO, SKETCH, join(path, 'x'))).rejects.toMatchObject({ code: 'WRITE_FAILED' })
  })
})

describe('a pair to learn from', () => {
  const taller = async () => encodePng(await scattered({ a: 1.2, b: 0, tx: 60, ty: 90 }, 430, 520))

  it('is aligned where the ratios differ, unless it must not be', async () => {
    const pair = { photo: await taller(), sketch: SKETCH }
    const { photo, sketch } = await framePair(pair, 64)
    expect([photo.width, photo.height]).toEqual([sketch.width, sketch.height])
    await expect(framePair(pair, 64, { align: 'never' })).rejects.toThrow(/same framing.*--align auto/s)
  })

  it('of one ratio is aligned only when asked', async () => {
    const photo = await readImage(PHOTO)
    const kept = await framePair({ photo: PHOTO, sketch: SKETCH }, 64)
    expect(psnr(kept.photo.data, photo.data)).toBe(Number.POSITIVE_INFINITY)
    const warped = await framePair({ photo: PHOTO, sketch: SKETCH }, 64, { align: 'always' })
    expect(psnr(warped.photo.data, photo.data)).toBeLessThan(40)
  })

  it('is aligned by the face that was chosen', async () => {
    const [large, small] = await Promise.all(
      [220, 140].map((side) => sharp(PHOTO).resize(side, side).toBuffer()),
    )
    const photo = await sharp({ create: { width: 600, height: 300, channels: 3, background: '#c8ccd0' } })
      .composite([
        { input: large!, left: 30, top: 40 },
        { input: small!, left: 400, top: 80 },
      ])
      .png()
      .toBuffer()
    const sketch = await readImage(SKETCH)
    const scale = async (face: 1 | 2) => {
      const { move } = await alignPair(await readImage(photo), sketch, { photo: 'p', sketch: 's' }, face)
      return Math.hypot(move.a, move.b)
    }
    expect(Math.abs((await scale(1)) - 256 / 220)).toBeLessThan(0.15)
    expect(Math.abs((await scale(2)) - 256 / 140)).toBeLessThan(0.2)
    const framed = await framePair({ photo, sketch: SKETCH }, 64, { face: 2, crop: 'face' })
    expect(framed.photo.width).toBe(framed.sketch.width)
  })

  it('is cropped alike, also where photo and sketch are of two sizes', async () => {
    const move = { a: 0.5, b: 0, tx: 200, ty: 30 }
    const photo = await scattered(move, 400, 300)
    const large = await sharp(await encodePng(photo))
      .resize(800, 600)
      .png()
      .toBuffer()
    const pair = { photo: await encodePng(photo), sketch: large }
    const cropped = await framePair(pair, 64, { crop: 'face' })
    expect([cropped.photo.width, cropped.photo.height]).toEqual([cropped.sketch.width, cropped.sketch.height])
    expect(cropped.photo.width).toBeLessThan(300)
    expect(psnr(cropped.photo.data, cropped.sketch.data)).toBeGreaterThan(30)
    const prepared = await preparePair(pair, 64, { crop: 'face' })
    expect([prepared.photo.width, prepared.sketch.height]).toEqual([64, 64])
  })
})
