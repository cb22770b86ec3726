import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SketchResult } from '../lib/batch/photos.js'
import { Sketcher } from '../lib/batch/sketcher.js'
import { type Bundle, loadBundle } from '../lib/bundle/bundle.js'
import { warp } from '../lib/data/align-warp.js'
import { chooseFace, fivePoints } from '../lib/data/face-choice.js'
import { cropFace } from '../lib/data/face-crop.js'
import { detectFaces, type Face } from '../lib/data/face-detector.js'
import { defaultCrop, type FramingOptions, framePhoto } from '../lib/data/face-framing.js'
import { encodePng, type Image, readImage } from '../lib/data/image.js'
import { fixture } from './helpers.js'
import { pixel, psnr, wavy } from './test-image.js'

const demo = (name: string) => join(import.meta.dirname, '..', 'examples', 'demo', name)
const PHOTO = demo('pair/photo.png')
const PHOTOS = ['biden-2009', 'obama-2012', 'obama-2010', 'obama-speaking'].map((n) =>
  demo(`photos/${n}.png`),
)
const LIMITS = { least: 128, most: 512 }
const choices: Required<FramingOptions> = { crop: 'face', face: 'largest', outputFrame: 'crop' }

/** Compared at once: matchers look at each value of pictures by itself. */
const same = (a: Image, b: Image) =>
  a.width === b.width && Buffer.compare(Buffer.from(a.data.buffer), Buffer.from(b.data.buffer)) === 0

/** Between the eyes' outer corners over the side, and the turn of their line in degrees. */
function eyes(face: Face, { width }: Image): { distance: number; roll: number; middle: number[] } {
  const [left, right] = fivePoints(face) as [{ x: number; y: number }, { x: number; y: number }]
  const [dx, dy] = [right.x - left.x, right.y - left.y]
  const middle = [(left.x + right.x) / 2 / width, (left.y + right.y) / 2 / width]
  return { distance: Math.hypot(dx, dy) / width, roll: (Math.atan2(dy, dx) * 180) / Math.PI, middle }
}

/** As crops of the training photos are, of 101: 0.317 with a deviation of 0.024; the middle at (0.495, 0.449). */
async function expectFramed(crop: Image): Promise<void> {
  const [face] = (await detectFaces(crop)) as [Face]
  const { distance, roll, middle } = eyes(face, crop)
  expect(Math.abs(distance - 0.317)).toBeLessThan(0.035)
  expect(Math.abs(roll)).toBeLessThan(5)
  expect(Math.hypot(middle[0]! - 0.495, middle[1]! - 0.449)).toBeLessThan(0.05)
}

/** Pictures of some sizes at some places of a canvas. */
async function canvas(
  width: number,
  height: number,
  parts: { path: string; side: number; left: number; top: number }[],
): Promise<Image> {
  const overlays = await Promise.all(
    parts.map(async ({ path, side, left, top }) => ({
      input: await sharp(path).resize(side, side).toBuffer(),
      left,
      top,
    })),
  )
  const background = { create: { width, height, channels: 3, background: '#c8ccd0' } } as const
  return readImage(await sharp(background).composite(overlays).png().toBuffer())
}

const group = () =>
  canvas(900, 500, [
    { path: PHOTOS[0]!, side: 200, left: 20, top: 40 },
    { path: PHOTOS[1]!, side: 330, left: 540, top: 150 },
    { path: PHOTOS[2]!, side: 190, left: 290, top: 160 },
  ])

describe('detectFaces', () => {
  it('finds the face of a photo and of a drawing, with its landmarks in order', async () => {
    for (const path of [PHOTO, demo('pair/sketch.png'), ...PHOTOS]) {
      const image = await readImage(path)
      const faces = await detectFaces(image)
      expect(faces.length, path).toBe(1)
      const [{ box, score, landmarks }] = faces as [Face]
      expect(score).toBeGreaterThan(0.25)
      expect(landmarks).toHaveLength(68)
      expect(box.width).toBeGreaterThan(0.35 * image.width)
      const [left, right, nose, mouthLeft, mouthRight] = fivePoints(faces[0]!) as { x: number; y: number }[]
      expect(left!.x).toBeLessThan(nose!.x)
      expect(nose!.x).toBeLessThan(right!.x)
      expect(Math.max(left!.y, right!.y)).toBeLessThan(nose!.y)
      expect(nose!.y).toBeLessThan(Math.min(mouthLeft!.y, mouthRight!.y))
    }
  })

  it('is content with the face of a portrait, and finds it where the whole search does', async () => {
    for (const path of PHOTOS) {
      const image = await readImage(path)
      const [[soon], [whole]] = await Promise.all([
        detectFaces(image, { portrait: true }),
        detectFaces(image),
      ])
      for (const [i, { x, y }] of fivePoints(soon!).entries()) {
        const other = fivePoints(whole!)[i]!
        expect(Math.hypot(x - other.x, y - other.y), path).toBeLessThan(0.04 * image.width)
      }
    }
    const photo = await group()
    const [soon, whole] = await Promise.all([detectFaces(photo, { portrait: true }), detectFaces(photo)])
    const nose = (faces: Face[]) => fivePoints(chooseFace(faces, photo, 'largest'))[2]!
    expect(Math.abs(nose(soon).x - nose(whole).x)).toBeLessThan(0.04 * 330)
    expect(nose(soon).x).toBeGreaterThan(540)
  })

  it('leaves the event loop free', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 5)
    const image = await readImage(PHOTO)
    turns = 0
    const started = performance.now()
    for (let i = 0; i < 5; i++) await detectFaces(image)
    clearInterval(timer)
    expect(turns).toBeGreaterThan((performance.now() - started) / 25)
  })

  it('finds none where there is none', async () => {
    const pictures = [
      wavy(200, 150),
      wavy(1, 1),
      wavy(2, 1500),
      { ...wavy(3, 3), data: new Float32Array(27).fill(Number.NaN) },
    ]
    for (const picture of pictures) expect(await detectFaces(picture)).toEqual([])
  })

  it('refuses a picture that is none', async () => {
    await expect(detectFaces({ ...wavy(20, 20), width: 21 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    const nothing = { width: 0, height: 20, data: new Float32Array() }
    await expect(detectFaces(nothing)).rejects.toThrow(/at least one pixel/)
  })
})

describe('of several faces', () => {
  it('takes the largest, the most central, or one by its place', async () => {
    const photo = await group()
    const faces = await detectFaces(photo)
    expect(faces).toHaveLength(3)
    const at = (choice: 'largest' | 'central' | number) => {
      const { box } = chooseFace(faces, photo, choice)
      return Math.floor(box.left / 270)
    }
    expect(['largest' as const, 'central' as const, 1, 2, 3].map(at)).toEqual([2, 1, 0, 1, 2])
    expect(() => at(4)).toThrow(/a number from 1 to 3/)
  })

  it('takes the more central of two that are about as large', () => {
    const face = (left: number, side: number): Face => ({
      box: { left, top: 40, width: side, height: side },
      score: 1,
      landmarks: [],
    })
    const picture = { width: 400, height: 180 }
    const [edge, middle, small] = [face(0, 100), face(150, 95), face(190, 40)]
    expect(chooseFace([edge, middle, small], picture, 'largest')).toBe(middle)
    expect(chooseFace([edge, small], picture, 'largest')).toBe(edge)
    expect(chooseFace([edge, middle, small], picture, 'central')).toBe(small === edge ? edge : middle)
  })
})

describe('cropping a face', () => {
  it('frames and turns it as the training photos are', async () => {
    const angle = -0.35
    for (const path of [PHOTO, PHOTOS[1]!]) {
      const move = { a: 0.9 * Math.cos(angle), b: 0.9 * Math.sin(angle), tx: 300, ty: 240 }
      const photo = await warp(await readImage(path), move, 700, 600)
      const [face] = (await detectFaces(photo)) as [Face]
      expect(Math.abs(eyes(face, photo).roll)).toBeGreaterThan(10)
      const { image } = await cropFace(photo, face, LIMITS)
      expect(image.width).toBe(image.height)
      await expectFramed(image)
    }
  })

  it('passes a photo that is framed so already, as its own crops are', async () => {
    for (const path of [PHOTO, ...PHOTOS]) {
      const photo = await readImage(path)
      const { image } = await cropFace(photo, (await detectFaces(photo))[0]!, LIMITS)
      const again = await cropFace(image, (await detectFaces(image))[0]!, LIMITS)
      expect(again.image === image, path).toBe(true)
      expect((await again.putBack(image)) === image).toBe(true)
    }
  })

  it('repeats the edges where it leaves the photo', async () => {
    const photo = await readImage(PHOTO)
    const close = await warp(photo, { a: 1, b: 0, tx: -50, ty: -60 }, 150, 150)
    const [face] = (await detectFaces(close)) as [Face]
    const { image } = await cropFace(close, face, LIMITS)
    expect(image.width).toBeGreaterThan(190)
    const edge = pixel(close, 0, 0)
    for (const [channel, value] of pixel(image, 0, 0).entries())
      expect(Math.abs(value - edge[channel]!)).toBeLessThan(12)
  })

  it("has the photo's scale within the sides that make sense", async () => {
    const photo = await canvas(900, 700, [{ path: PHOTO, side: 256, left: 300, top: 200 }])
    const [face] = (await detectFaces(photo)) as [Face]
    const side = async (limits: typeof LIMITS) => (await cropFace(photo, face, limits)).image.width
    const own = await side({ least: 1, most: 10_000 })
    expect(Math.abs(own - 256)).toBeLessThan(40)
    expect(await side({ least: 300, most: 600 })).toBe(300)
    expect(await side({ least: 64, most: 128 })).toBe(128)
  })
})

describe('framing a photo', () => {
  const bytes = async () =>
    encodePng(await canvas(800, 600, [{ path: PHOTO, side: 220, left: 420, top: 250 }]))

  it('shows the crop, or the photo with the crop in its place on white paper', async () => {
    const photo = await bytes()
    const cropped = await framePhoto(photo, 128, choices)
    expect(cropped.original === cropped.image).toBe(true)
    expect((await cropped.undo(cropped.image)) === cropped.image).toBe(true)
    const placed = await framePhoto(photo, 128, { ...choices, outputFrame: 'photo' })
    const back = await placed.undo(placed.image)
    const whole = await readImage(photo)
    expect([back.width, back.height]).toEqual([800, 600])
    expect(same(placed.original, whole)).toBe(true)
    for (const [x, y] of [
      [20, 20],
      [780, 20],
      [300, 580],
    ] as const)
      expect(pixel(back, x, y)).toEqual([255, 255, 255])
    const window = (image: Image) => warp(image, { a: 1, b: 0, tx: -480, ty: -310 }, 100, 100)
    expect(psnr((await window(back)).data, (await window(whole)).data)).toBeGreaterThan(26)
  })

  it("reads of a large photo what its face's crop takes, and the whole of it where it is shown whole", async () => {
    const at = async (width: number, height: number, side: number, options: Partial<typeof choices> = {}) => {
      const parts = [{ path: PHOTO, side, left: (width - side) >> 1, top: (height - side) >> 1 }]
      const photo = await encodePng(await canvas(width, height, parts))
      return framePhoto(photo, 128, { ...choices, ...options })
    }
    const [large, far, whole] = await Promise.all([
      at(2400, 1800, 1700),
      at(2400, 1800, 300),
      at(2400, 1800, 300, { outputFrame: 'photo' }),
    ])
    expect(large.image.width).toBe(512)
    // Of a face 300 px large the crop has all pixels, though it was found in a smaller copy.
    expect(Math.abs(far.image.width - 300)).toBeLessThan(50)
    expect([whole.original.width, whole.original.height]).toEqual([2400, 1800])
    for (const { image } of [large, far, whole]) await expectFramed(image)
  })

  it('finds the face of a large photo that its camera held on its side', async () => {
    const upright = await canvas(1600, 1200, [{ path: PHOTO, side: 500, left: 900, top: 300 }])
    const photo = await sharp(await encodePng(upright))
      .rotate(-90)
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    const [cropped, placed] = await Promise.all([
      framePhoto(photo, 128, choices),
      framePhoto(photo, 128, { ...choices, outputFrame: 'photo' }),
    ])
    await expectFramed(cropped.image)
    expect(Math.abs(cropped.image.width - 500)).toBeLessThan(80)
    expect([placed.original.width, placed.original.height]).toEqual([1600, 1200])
  })

  it('leaves it whole without a crop, at most four times as large as what is drawn, unless its own frame is asked for', async () => {
    const photo = await bytes()
    for (const [resolution, outputFrame, width] of [
      [128, 'crop', 512],
      [256, 'crop', 800],
      [128, 'photo', 800],
    ] as const) {
      const framing = { ...choices, crop: 'none', outputFrame } as const
      const { image, original, undo } = await framePhoto(photo, resolution, framing)
      expect([image.width, image.height]).toEqual([width, (width * 3) / 4])
      if (width === 800) expect(same(image, await readImage(photo))).toBe(true)
      expect(original === image).toBe(true)
      expect((await undo(image)) === image).toBe(true)
    }
  })

  it('crops by default for small bundles alone', () => {
    expect([64, 128, 256, 512].map((resolution) => defaultCrop({ resolution }))).toEqual([
      'none',
      'face',
      'face',
      'none',
    ])
  })

  it('says which photo shows no face, and what to do', async () => {
    const framing = framePhoto(await encodePng(wavy(90, 70)), 128, choices, { name: 'hill.png' })
    await expect(framing).rejects.toMatchObject({ code: 'FACE_NOT_FOUND' })
    await expect(framing).rejects.toThrow(/hill\.png.*--crop none/s)
  })

  it('warns once of a small face', async () => {
    const warnings: string[] = []
    const onWarning = (message: string) => warnings.push(message)
    const small = await canvas(500, 400, [{ path: PHOTO, side: 90, left: 200, top: 100 }])
    await framePhoto(await encodePng(small), 128, choices, { name: 'far.png', onWarning })
    await framePhoto(await bytes(), 128, choices, { name: 'near.png', onWarning })
    expect(warnings).toEqual([expect.stringMatching(/face in far\.png is \d\d px large; below 64 px/)])
  })
})

describe('a Sketcher that crops', () => {
  let bundle: Bundle
  beforeAll(async () => {
    bundle = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'float32' })
  })
  afterAll(() => bundle.dispose())

  const sketched = async (options: FramingOptions, photos: (string | Buffer)[]) => {
    await using sketcher = new Sketcher(bundle, { optional: 'a sketch', steps: 2, ...options })
    const results: SketchResult[] = []
    for await (const result of sketcher.sketch(photos)) results.push(result)
    return results
  }

  it('draws the face in the frame asked for; a photo without one is an error of its own', async () => {
    const photo = await encodePng(await canvas(600, 400, [{ path: PHOTO, side: 200, left: 90, top: 80 }]))
    const hill = await encodePng(wavy(90, 70))
    const [face, none] = await sketched({ crop: 'face' }, [photo, hill])
    expect(face!.sketch!.width).toBe(face!.sketch!.height)
    expect(face!.sketch!.width).toBeLessThan(257)
    expect(face).toMatchObject({ parameters: { crop: 'face', face: 'largest', outputFrame: 'crop' } })
    expect(none).toMatchObject({ error: { code: 'FACE_NOT_FOUND' } })
    const [placed] = await sketched({ crop: 'face', outputFrame: 'photo' }, [photo])
    expect([placed!.sketch!.width, placed!.sketch!.height]).toEqual([600, 400])
    expect(pixel(placed!.sketch!, 590, 390)).toEqual([255, 255, 255])
  })
})
