import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import { type Image, openImage, readImage } from '../lib/data/image.js'
import { fixture } from './helpers.js'
import { pixel } from './test-image.js'

type Colour = [number, number, number]

/** Left to right, above and below, in quarters of 32 x 24 px. */
const QUARTERS: Colour[] = [
  [200, 60, 40],
  [40, 160, 90],
  [60, 80, 200],
  [230, 230, 230],
]

function quartered(colours: readonly Colour[] = QUARTERS): Sharp {
  const data = new Uint8Array(64 * 48 * 3)
  for (let i = 0; i < 64 * 48; i++) {
    const [x, y] = [i % 64, Math.floor(i / 64)]
    data.set(colours[(x < 32 ? 0 : 1) + (y < 24 ? 0 : 2)]!, 3 * i)
  }
  return sharp(data, { raw: { width: 64, height: 48, channels: 3 } })
}

/** Each quarter's middle has the colour wanted. */
function expectQuarters(image: Image, colours: readonly Colour[], tolerance: number, what = ''): void {
  for (const [i, colour] of colours.entries()) {
    const [x, y] = [((i % 2) + 0.5) * (image.width / 2), ((i >> 1) + 0.5) * (image.height / 2)]
    const at = pixel(image, Math.floor(x), Math.floor(y)).map(Math.round)
    for (const [channel, value] of colour.entries())
      expect(Math.abs(at[channel]! - value), `${what} ${i}: ${at} for ${colour}`).toBeLessThanOrEqual(
        tolerance,
      )
  }
}

/** By the definition of Display P3: sRGB's curve, its own primaries. */
function fromP3(colour: Colour): Colour {
  const linear = colour.map((value) => {
    const v = value / 255
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
  })
  const rows = [
    [1.2249401763, -0.2249401763, 0],
    [-0.0420569547, 1.0420569547, 0],
    [-0.0196375546, -0.0786360456, 1.0982736002],
  ]
  return rows.map((row) => {
    const v = row.reduce((sum, factor, i) => sum + factor * linear[i]!, 0)
    const clipped = Math.min(1, Math.max(0, v))
    return 255 * (clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055)
  }) as Colour
}

describe('readImage, of what people have,', () => {
  it('reads AVIF, TIFF and GIF', async () => {
    const files: [string, Sharp, number][] = [
      ['avif', quartered().avif({ quality: 90, chromaSubsampling: '4:4:4' }), 4],
      ['tiff', quartered().tiff({ compression: 'lzw' }), 0],
      ['tiff of JPEG', quartered().tiff({ compression: 'jpeg', quality: 95 }), 4],
      ['gif', quartered().gif(), 1],
    ]
    for (const [what, file, tolerance] of files)
      expectQuarters(await readImage(await file.toBuffer()), QUARTERS, tolerance, what)
  })

  it('takes the first page, and the first frame', async () => {
    const pages = await Promise.all([
      quartered().png().toBuffer(),
      quartered([...QUARTERS].reverse())
        .png()
        .toBuffer(),
    ])
    const join = () => sharp(pages, { join: { animated: true } })
    for (const file of [join().tiff(), join().gif(), join().webp({ lossless: true })]) {
      const bytes = await file.toBuffer()
      expect((await sharp(bytes).metadata()).pages).toBe(2)
      const image = await readImage(bytes)
      expect([image.width, image.height]).toEqual([64, 48])
      expectQuarters(image, QUARTERS, 1)
    }
  })

  it('makes 8 bits of 16, in PNG and TIFF', async () => {
    const deep = Uint16Array.from(await quartered().raw().toBuffer(), (value) => value * 257)
    const sixteen = () => sharp(deep, { raw: { width: 64, height: 48, channels: 3 } }).toColourspace('rgb16')
    for (const file of [
      sixteen().png(),
      sixteen().tiff({ compression: 'lzw' }),
      sixteen().withIccProfile('p3').png(),
    ]) {
      const bytes = await file.toBuffer()
      expect((await sharp(bytes).metadata()).depth).toBe('ushort')
      expectQuarters(await readImage(bytes), QUARTERS, 1)
    }
  })

  it('reads CMYK with and without a profile', async () => {
    for (const [profiled, tolerance] of [
      [true, 14],
      [false, 28],
    ] as const) {
      const cmyk = quartered().toColourspace('cmyk')
      const file = profiled ? cmyk.withIccProfile('cmyk') : cmyk
      for (const bytes of [
        await file.clone().jpeg({ quality: 100 }).toBuffer(),
        await file.tiff().toBuffer(),
      ]) {
        const { space, icc } = await sharp(bytes).metadata()
        expect([space, icc !== undefined]).toEqual(['cmyk', profiled])
        // No ink prints such greens and blues: they come back paler.
        expectQuarters(await readImage(bytes), [QUARTERS[0]!], tolerance)
      }
    }
  })

  it('brings Display P3 to sRGB, in JPEG, PNG and AVIF', async () => {
    for (const file of [
      quartered().withIccProfile('p3').jpeg({ quality: 100, chromaSubsampling: '4:4:4' }),
      quartered().withIccProfile('p3').png(),
      quartered().withIccProfile('p3').avif({ quality: 95, chromaSubsampling: '4:4:4' }),
    ]) {
      const bytes = await file.toBuffer()
      const stored = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer()
      const colour = [...stored.subarray(0, 3)] as Colour
      expect(colour).not.toEqual(QUARTERS[0])
      expectQuarters(await readImage(bytes), [fromP3(colour)], 3)
      expectQuarters(await readImage(bytes), QUARTERS, 4)
    }
  })

  it('reads grey with alpha, 8 and 16 bits, on white', async () => {
    const data = Uint8Array.from({ length: 16 * 16 * 2 }, (_, i) => (i % 2 ? (i < 256 ? 255 : 128) : 100))
    const grey = () => sharp(data, { raw: { width: 16, height: 16, channels: 2 } })
    for (const file of [
      grey().png(),
      grey().toColourspace('grey16').png(),
      grey().webp({ lossless: true }),
    ]) {
      const image = await readImage(await file.toBuffer())
      for (const [y, value] of [
        [3, 100],
        [12, 100 * (128 / 255) + 255 * (127 / 255)],
      ] as const)
        for (const channel of pixel(image, 8, y)) expect(Math.abs(channel - value)).toBeLessThan(1.5)
    }
  })

  it("reads a phone's HEIC, turned as it says, in sRGB", async () => {
    const image = await readImage(fixture('phone.heic'))
    expect([image.width, image.height]).toEqual([48, 64])
    const [a, b, c, d] = QUARTERS.map(fromP3) as [Colour, Colour, Colour, Colour]
    expectQuarters(image, [c, a, d, b], 4)
  })

  it('prints nothing of its own where a HEIC is cut off', async () => {
    const image = JSON.stringify(new URL('../dist/data/image.js', import.meta.url).href)
    const program = `import { readFileSync } from 'node:fs'
      const { readImage } = await import(${image})
      const bytes = readFileSync(process.argv[1])
      await readImage(bytes.subarray(0, 600)).catch(({ code }) => console.log(code))`
    const args = ['--input-type=module', '-e', program, fixture('phone.heic')]
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args)
    expect([stdout, stderr]).toEqual(['IMAGE_INVALID\n', ''])
  })

  it('says that a HEIC is cut off, or has too many pixels', async () => {
    const { readFile } = await import('node:fs/promises')
    const bytes = await readFile(fixture('phone.heic'))
    for (const share of [0.1, 0.5, 0.9]) {
      const cut = readImage(bytes.subarray(0, share * bytes.length), { name: 'cut.heic' })
      await expect(cut).rejects.toMatchObject({ code: 'IMAGE_INVALID' })
      await expect(cut).rejects.toThrow(/cut\.heic/)
    }
    await expect(readImage(bytes, { pixelLimit: 3000 })).rejects.toThrow(
      /at most 3000 pixels.*it has \d+ x \d+/,
    )
    expect((await readImage(bytes)).width).toBe(48)
  })

  it('scales a photo of 48 million pixels down while it reads it', async () => {
    const tile = await quartered().resize(8000, 6000, { kernel: 'nearest', fit: 'fill' }).jpeg().toBuffer()
    const before = process.resourceUsage().maxRSS
    const image = await (await openImage(tile)).read(6_000_000)
    const grown = (process.resourceUsage().maxRSS - before) / 1024
    expect(image.width * image.height).toBeLessThan(6_010_000)
    expect(image.width / image.height).toBeCloseTo(4 / 3, 3)
    expectQuarters(image, QUARTERS, 4)
    // Whole, it would take 720 MB.
    expect(grown).toBeLessThan(300)
    const small = await (await openImage(await quartered().png().toBuffer())).read(6_000_000)
    expect([small.width, small.height]).toEqual([64, 48])
  })
})
