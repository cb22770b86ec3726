import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { PNG } from 'pngjs'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodePng, type Image, readImage, readPngMetadata } from '../lib/data/image.js'
import * as resize from '../lib/data/resize.js'
import { pixel, psnr, wavy } from './test-image.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silverpoint-image-'))
})
afterAll(() => rm(folder, { recursive: true }))

const written = async (name: string, bytes: Uint8Array | string): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

/** 3 wide, 2 high: red, green, blue over white, grey, black. */
const COLOURS = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 100, 100, 100, 0, 0, 0]
const coloured = () => sharp(Uint8Array.from(COLOURS), { raw: { width: 3, height: 2, channels: 3 } })
const bytesOf = (image: Image) =>
  Array.from({ length: image.height }, (_, y) =>
    Array.from({ length: image.width }, (_, x) => pixel(image, x, y).map(Math.round)),
  ).flat(2)
const bits = ({ data }: Image) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)

describe('readImage', () => {
  it('reads PNG and WebP to planar RGB in [-1, 1]', async () => {
    for (const file of [
      coloured().png(),
      coloured().webp({ lossless: true }),
      coloured().png({ palette: true }),
    ]) {
      const image = await readImage(await file.toBuffer())
      expect([image.width, image.height]).toEqual([3, 2])
      expect(bytesOf(image)).toEqual(COLOURS)
      expect([...image.data.subarray(0, 6)]).toEqual([1, -1, -1, 1, Math.fround(100 / 127.5 - 1), -1])
    }
  })

  it('reads JPEG, by path', async () => {
    const photo = wavy(40, 30)
    const jpeg = await sharp(await encodePng(photo))
      .jpeg({ quality: 95 })
      .toBuffer()
    const image = await readImage(await written('photo.jpg', jpeg))
    expect([image.width, image.height]).toEqual([40, 30])
    expect(psnr(image.data, photo.data)).toBeGreaterThan(35)
  })

  it('turns as EXIF says', async () => {
    // Where the first pixel of the file (red) and the last (black) are to be seen, for each of EXIF's orientations.
    const corners: Record<number, [number, number, number, number, number]> = {
      1: [3, 0, 0, 2, 1],
      2: [3, 2, 0, 0, 1],
      3: [3, 2, 1, 0, 0],
      4: [3, 0, 1, 2, 0],
      5: [2, 0, 0, 1, 2],
      6: [2, 1, 0, 0, 2],
      7: [2, 1, 2, 0, 0],
      8: [2, 0, 2, 1, 0],
    }
    for (const [orientation, [width, redX, redY, blackX, blackY]] of Object.entries(corners)) {
      const file = await coloured()
        .withMetadata({ orientation: Number(orientation) })
        .png()
        .toBuffer()
      const image = await readImage(file)
      expect(image.width, orientation).toBe(width)
      expect(pixel(image, redX, redY), orientation).toEqual([255, 0, 0])
      expect(pixel(image, blackX, blackY), orientation).toEqual([0, 0, 0])
    }
  })

  it('makes RGB of grey, and 8 bits of 16', async () => {
    const grey = sharp(Uint8Array.of(0, 51, 255), { raw: { width: 3, height: 1, channels: 1 } })
    for (const file of [grey.clone().png(), grey.clone().webp({ lossless: true })])
      expect(bytesOf(await readImage(await file.toBuffer()))).toEqual([0, 0, 0, 51, 51, 51, 255, 255, 255])
    const deep = sharp(Uint16Array.of(0, 51 * 257, 65535), { raw: { width: 3, height: 1, channels: 1 } })
    const file = await deep.toColourspace('grey16').png().toBuffer()
    expect((await sharp(file).metadata()).depth).toBe('ushort')
    expect(bytesOf(await readImage(file))).toEqual([0, 0, 0, 51, 51, 51, 255, 255, 255])
  })

  it('lays what is transparent on white', async () => {
    const rgba = [255, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 51]
    const file = sharp(Uint8Array.from(rgba), { raw: { width: 3, height: 1, channels: 4 } })
    for (const bytes of [
      await file.clone().png().toBuffer(),
      await file.clone().webp({ lossless: true }).toBuffer(),
    ])
      expect(bytesOf(await readImage(bytes))).toEqual([255, 0, 0, 255, 255, 255, 204, 204, 204])
    const greyAlpha = sharp(Uint8Array.of(0, 255, 0, 0), { raw: { width: 2, height: 1, channels: 2 } })
    expect(bytesOf(await readImage(await greyAlpha.png().toBuffer()))).toEqual([0, 0, 0, 255, 255, 255])
  })

  it('brings other colour spaces to sRGB', async () => {
    const reddish = { width: 8, height: 8, channels: 3, background: { r: 200, g: 80, b: 60 } } as const
    const wide = await sharp({ create: reddish }).withIccProfile('p3').png().toBuffer()
    // As stored the values are P3's; a reader that ignores the profile gets other ones.
    expect([...(await sharp(wide, { ignoreIcc: true }).raw().toBuffer()).subarray(0, 3)]).not.toEqual([
      200, 80, 60,
    ])
    const cmyk = await sharp({ create: reddish }).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer()
    for (const [file, tolerance] of [[wide, 1] as const, [cmyk, 24] as const]) {
      const [r, g, b] = pixel(await readImage(file), 4, 4) as [number, number, number]
      expect(Math.max(Math.abs(r - 200), Math.abs(g - 80), Math.abs(b - 60))).toBeLessThanOrEqual(tolerance)
    }
  })

  it('refuses more pixels than the limit', async () => {
    const path = await written('large.png', await encodePng(wavy(50, 40)))
    expect((await readImage(path, { pixelLimit: 2000 })).width).toBe(50)
    await expect(readImage(path, { pixelLimit: 1999 })).rejects.toMatchObject({
      code: 'IMAGE_INVALID',
      message: `Expected a whole JPEG, PNG, WebP, AVIF, HEIC, TIFF or GIF picture of at most 1999 pixels in ${path} but it has 50 x 40. Fetch it again, convert it or scale it down.`,
    })
  })

  it('refuses a picture that claims to be vast, before it is decoded', async () => {
    const png = await encodePng(wavy(4, 4))
    png.writeUInt32BE(200_000, 16)
    png.writeUInt32BE(200_000, 20)
    png.writeUInt32BE(crc32(png.subarray(12, 29)), 29)
    await expect(readImage(png)).rejects.toMatchObject({
      code: 'IMAGE_INVALID',
      message: expect.stringContaining(
        'at most 100000000 pixels in the given bytes but it has 200000 x 200000',
      ),
    })
  })

  const cut: [string, (picture: Sharp) => Sharp][] = [
    ['JPEG', (picture) => picture.jpeg()],
    ['progressive JPEG', (picture) => picture.jpeg({ progressive: true })],
    ['PNG', (picture) => picture.png()],
    ['interlaced PNG', (picture) => picture.png({ progressive: true })],
    ['WebP', (picture) => picture.webp()],
    ['lossless WebP', (picture) => picture.webp({ lossless: true })],
  ]
  it.each(cut)('refuses a %s that is cut off', async (_, encode) => {
    const bytes = await encode(sharp(await encodePng(wavy(200, 150)))).toBuffer()
    expect((await readImage(bytes)).width).toBe(200)
    for (const share of [0.01, 0.1, 0.3, 0.6, 0.9, 0.99]) {
      const path = await written('cut', bytes.subarray(0, Math.floor(share * bytes.length)))
      const failure = readImage(path)
      await expect(failure, `${share}`).rejects.toMatchObject({ code: 'IMAGE_INVALID' })
      await expect(failure).rejects.toThrow(path)
    }
  })

  it('refuses what is no picture, or one of another format', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="6" height="6"/>'
    for (const [bytes, reason] of [
      ['', /is empty/],
      ['This is text.', /unsupported image format/],
      [svg, /of the format svg/],
    ] as const) {
      const failure = readImage(await written('photo.jpg', bytes))
      await expect(failure).rejects.toMatchObject({ code: 'IMAGE_INVALID' })
      await expect(failure).rejects.toThrow(reason)
    }
    await expect(readImage(Buffer.alloc(0), { name: 'upload 7' })).rejects.toThrow(/in upload 7 but/)
  })

  it('says when there is no file, and when it is a folder', async () => {
    await expect(readImage(join(folder, 'none.jpg'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    await expect(readImage(folder)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  })
})

describe('encodePng', () => {
  it('rounds to 8 bits and clamps, as another decoder sees it', async () => {
    const data = Float32Array.of(
      -1.5,
      -1,
      0.5 / 127.5 - 1.0001,
      1.5,
      -0.2,
      0,
      1,
      Number.NaN,
      0,
      0.9999,
      0.25,
      0,
    )
    const png = PNG.sync.read(await encodePng({ width: 2, height: 2, data }))
    expect([png.width, png.height]).toEqual([2, 2])
    expect([...png.data]).toEqual([0, 102, 128, 255, 0, 128, 255, 255, 0, 255, 159, 255, 255, 0, 128, 255])
  })

  it('is read back as it was, bit for bit', async () => {
    const image = await readImage(await coloured().png().toBuffer())
    expect(await readImage(await encodePng(image))).toEqual(image)
  })

  it('carries metadata that is read back, and changes no pixel', async () => {
    const image = wavy(20, 10)
    const metadata = { text: 'crayon, 銀筆 "é" \n\u0000', seed: 7, guidance: { text: 8, image: 1.5 } }
    const bytes = await encodePng(image, metadata)
    expect(await readPngMetadata(await written('with.png', bytes))).toEqual(metadata)
    expect(PNG.sync.read(bytes).data).toEqual(PNG.sync.read(await encodePng(image)).data)
    expect(await readPngMetadata(await written('without.png', await encodePng(image)))).toBeUndefined()
  })

  it('refuses data that is not of the size', async () => {
    await expect(encodePng({ width: 2, height: 2, data: new Float32Array(11) })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })
})

describe('readPngMetadata', () => {
  it('refuses a file that is no PNG, or no whole one', async () => {
    const png = await encodePng(wavy(20, 10), { text: 'x' })
    const flipped = Buffer.from(png)
    flipped[60]! ^= 1
    for (const [bytes, reason] of [
      ['', /does not begin as a PNG/],
      [await coloured().jpeg().toBuffer(), /does not begin as a PNG/],
      [png.subarray(0, 8), /is cut off/],
      [png.subarray(0, 50), /is cut off/],
      [png.subarray(0, -1), /is cut off/],
      [flipped, /sum of a chunk is wrong/],
    ] as const) {
      const path = await written('damaged.png', bytes)
      await expect(readPngMetadata(path)).rejects.toMatchObject({ code: 'IMAGE_INVALID' })
      await expect(readPngMetadata(path)).rejects.toThrow(reason)
    }
    await expect(readPngMetadata(join(folder, 'none.png'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  })
})

describe('fit', () => {
  const sizes: [string, number, number][] = [
    ['wide', 300, 120],
    ['tall', 90, 256],
    ['tiny', 23, 17],
    ['square', 200, 200],
    ['large and odd', 641, 479],
    ['one-line', 400, 1],
  ]
  const policies: resize.ResizePolicy[] = ['pad', 'stretch', 'crop']
  const side = 128

  it.each(sizes)('gives a square and, undone, the size of a %s picture', async (_, width, height) => {
    for (const policy of policies) {
      const { image, undo } = await resize.fit(wavy(width, height), side, policy)
      expect([image.width, image.height, image.data.length], policy).toEqual([side, side, 3 * side * side])
      const back = await undo(image)
      expect([back.width, back.height, back.data.length], policy).toEqual([width, height, 3 * width * height])
    }
  })

  it.each(sizes)('undone, is close to a %s picture', async (_, width, height) => {
    const photo = wavy(width, height)
    for (const policy of ['pad', 'stretch'] as const) {
      const { image, undo } = await resize.fit(photo, side, policy)
      expect(psnr((await undo(image)).data, photo.data), policy).toBeGreaterThan(35)
    }
  })

  it('crops the central square, and leaves white paper around it', async () => {
    const photo = wavy(300, 120)
    const { image, undo } = await resize.fit(photo, side, 'crop')
    const back = await undo(image)
    for (const x of [0, 89, 210, 299]) expect(pixel(back, x, 60)).toEqual([255, 255, 255])
    for (const x of [90, 150, 209]) {
      const [seen, was] = [pixel(back, x, 60), pixel(photo, x, 60)]
      for (let channel = 0; channel < 3; channel++)
        expect(Math.abs(seen[channel]! - was[channel]!)).toBeLessThan(4)
    }
  })

  it('pads by repeating the edge', async () => {
    const { image } = await resize.fit(wavy(256, 128), 128, 'pad')
    for (const x of [0, 64, 127]) {
      expect(pixel(image, x, 0)).toEqual(pixel(image, x, 32))
      expect(pixel(image, x, 127)).toEqual(pixel(image, x, 95))
    }
    expect(pixel(image, 64, 32)).not.toEqual(pixel(image, 64, 40))
  })

  it('puts back what was drawn where it belongs, without the padding', async () => {
    const { undo } = await resize.fit(wavy(256, 128), 128, 'pad')
    const data = new Float32Array(3 * 128 * 128).fill(1)
    // Black where the photo is, white in the padding.
    for (let channel = 0; channel < 3; channel++)
      data.fill(-1, (channel * 128 + 32) * 128, (channel * 128 + 96) * 128)
    const back = await undo({ width: 128, height: 128, data })
    expect(back.data.every((value) => value === -1)).toBe(true)
  })

  it('passes a picture of the very size, bit for bit', async () => {
    const photo = wavy(side, side)
    for (const policy of policies) {
      const { image, undo } = await resize.fit(photo, side, policy)
      expect(bits(image).equals(bits(photo))).toBe(true)
      expect(bits(await undo(image)).equals(bits(photo))).toBe(true)
    }
  })

  it('refuses to undo a picture of another size, and an unknown policy', async () => {
    for (const width of [64, side]) {
      const { undo } = await resize.fit(wavy(width, side), side)
      await expect(undo(wavy(64, 64))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
    await expect(resize.fit(wavy(9, 8), side, 'fill' as resize.ResizePolicy)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })
})
