import { PNG } from 'pngjs'
import { describe, expect, it } from 'vitest'
import { chart } from '../lib/data/chart.js'
import { contactSheet, thumbnail } from '../lib/data/contact-sheet.js'
import type { Image } from '../lib/data/image.js'
import { learningPicture } from '../lib/data/learning-picture.js'
import { escapeXml, shorten, wrap } from '../lib/data/svg.js'
import { wavy } from './test-image.js'

/** One colour, each channel in [-1, 1]. */
function plain(width: number, height: number, rgb: [number, number, number]): Image {
  const plane = width * height
  const data = Float32Array.from({ length: 3 * plane }, (_, i) => rgb[Math.floor(i / plane)]!)
  return { width, height, data }
}

const red = plain(60, 60, [1, -1, -1])
const blue = plain(60, 60, [-1, -1, 1])

const at = ({ width, data }: PNG, x: number, y: number) => [
  ...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4),
]

/** Where a colour is to be found, from one line of the picture on, and in how many pixels. */
function areaOf(
  { width, height, data }: PNG,
  wanted: (r: number, g: number, b: number) => boolean,
  from = 0,
) {
  const area = { left: width, top: height, right: -1, bottom: -1, count: 0 }
  for (let i = 4 * from * width; i < data.length; i += 4) {
    if (!wanted(data[i]!, data[i + 1]!, data[i + 2]!)) continue
    const [x, y] = [(i / 4) % width, Math.floor(i / 4 / width)]
    area.left = Math.min(area.left, x)
    area.right = Math.max(area.right, x)
    area.top = Math.min(area.top, y)
    area.bottom = y
    area.count++
  }
  return area
}

const isRed = (r: number, g: number, b: number) => r === 255 && g === 0 && b === 0
const isBlue = (r: number, g: number, b: number) => r === 0 && g === 0 && b === 255
const isDark = (r: number, g: number, b: number) => Math.max(r, g, b) < 120

describe('contactSheet', () => {
  it('lays photo and sketch side by side on white, with the name below', async () => {
    const sheet = PNG.sync.read(await contactSheet([{ photo: red, sketch: blue, name: 'photo.jpg' }]))
    const photo = areaOf(sheet, isRed)
    const sketch = areaOf(sheet, isBlue)
    expect(photo.count).toBe(192 * 192)
    expect(sketch.count).toBe(192 * 192)
    expect(sketch.left - photo.right).toBe(7)
    expect(sketch.top).toBe(photo.top)
    const caption = areaOf(sheet, isDark)
    expect(caption.top).toBeGreaterThan(photo.bottom)
    expect(caption.bottom).toBeLessThan(sheet.height - 28)
    // In the middle of the two.
    expect(Math.abs(caption.left + caption.right - (photo.left + sketch.right))).toBeLessThan(6)
    expect(at(sheet, 0, 0)).toEqual([255, 255, 255, 255])
    expect(at(sheet, sheet.width - 1, sheet.height - 1)).toEqual([255, 255, 255, 255])
  })

  it('keeps the shape of pictures', async () => {
    const wide = plain(400, 100, [1, -1, -1])
    const tall = plain(3, 90, [-1, -1, 1])
    const sheet = PNG.sync.read(await contactSheet([{ photo: wide, sketch: tall, name: 'x' }]))
    const [photo, sketch] = [areaOf(sheet, isRed), areaOf(sheet, isBlue)]
    expect([photo.right - photo.left + 1, photo.bottom - photo.top + 1]).toEqual([192, 48])
    expect([sketch.right - sketch.left + 1, sketch.bottom - sketch.top + 1]).toEqual([6, 192])
  })

  it('shows the first 64, or as many as it is told', async () => {
    const rows = Array.from({ length: 70 }, (_, i) => ({ photo: red, sketch: blue, name: `${i}.png` }))
    const many = PNG.sync.read(await contactSheet(rows))
    expect(areaOf(many, isRed).count).toBe(64 * 192 * 192)
    const few = PNG.sync.read(await contactSheet(rows, { limit: 3 }))
    expect(areaOf(few, isBlue).count).toBe(3 * 192 * 192)
    await expect(contactSheet([])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  it('writes any file name', async () => {
    for (const name of [
      '<&>"\'].jpg',
      '</svg>',
      '\u0001\u001b[31m\ud83d.png',
      '',
      'n'.repeat(5000),
      '銀筆 \u{1f3a8}',
    ]) {
      const sheet = PNG.sync.read(await contactSheet([{ photo: red, sketch: blue, name }]))
      expect(areaOf(sheet, isRed).count).toBe(192 * 192)
    }
  })

  it('is the same of thumbnails', async () => {
    const row = { photo: wavy(500, 300), sketch: wavy(300, 500), name: 'x' }
    const small = { photo: await thumbnail(row.photo), sketch: await thumbnail(row.sketch), name: 'x' }
    expect([small.photo.width, small.photo.height]).toEqual([192, 115])
    expect((await contactSheet([small])).equals(await contactSheet([row]))).toBe(true)
  })
})

describe('learningPicture', () => {
  const losses = Array.from({ length: 300 }, (_, i) => ({
    step: i + 1,
    loss: 2 - i / 300,
    reconstruction: 0.5,
    edit: -i,
  }))
  const learned = {
    photo: red,
    sketch: blue,
    reconstruction: red,
    losses,
    text: 'a sketch in <silver> & "lead"',
  }

  it('shows the pair, the reconstruction and the three curves', async () => {
    const picture = PNG.sync.read(await learningPicture(learned))
    expect(areaOf(picture, isRed).count).toBe(2 * 300 * 300)
    expect(areaOf(picture, isBlue).count).toBe(300 * 300)
    const { bottom } = areaOf(picture, isBlue)
    // The losses' curve, the darkest line, falls from the top left to the bottom right of its chart.
    const curve = areaOf(picture, (r, g, b) => r === 0x33 && g === 0x33 && b === 0x33, bottom)
    expect(curve.bottom - curve.top).toBeGreaterThan(100)
    expect(
      areaOf(picture, (r, g, b) => r === 0x2b && g === 0x6c && b === 0xb0, bottom).count,
    ).toBeGreaterThan(100)
    expect(
      areaOf(picture, (r, g, b) => r === 0xb7 && g === 0x52 && b === 0x1e, bottom).count,
    ).toBeGreaterThan(100)
  })

  it('is drawn of any losses, of none and of a long text', async () => {
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, -3].map((loss, step) => ({
      step,
      loss,
      reconstruction: 0,
      edit: loss,
    }))
    for (const changed of [
      { losses: [] },
      { losses: losses.slice(0, 1) },
      { losses: odd },
      { text: 'word '.repeat(500) },
    ]) {
      const picture = PNG.sync.read(await learningPicture({ ...learned, ...changed }))
      expect(areaOf(picture, isRed).count).toBe(2 * 300 * 300)
    }
  })
})

describe('chart', () => {
  const box = { left: 0, top: 0, width: 262, height: 160 }
  const curve = { title: 'Loss', xName: 'step', colour: '#333' }
  const labels = (values: number[]) => {
    const points = values.map((y, i) => ({ x: i + 1, y }))
    const svg = chart({ ...curve, points }, box)
    return svg.flatMap((line) => /text-anchor="(end|middle)">(-?[\d.e-]+)</.exec(line)?.[2] ?? [])
  }

  it('has round numbers around all values', () => {
    expect(labels([0.13, 0.32, 0.49])).toEqual(['0.1', '0.2', '0.3', '0.4', '0.5', '1', '2', '3'])
    expect(labels([-0.02, 0.071])).toEqual(['-0.02', '0', '0.02', '0.04', '0.06', '0.08', '1', '2'])
    expect(labels([4, 4])).toEqual(['4', '5', '1', '2'])
    expect(labels([0])).toEqual(['0', '0.2', '1', '2'])
    expect(labels(Array.from({ length: 12_000 }, () => 1e-7)).slice(-3)).toEqual(['7500', '10000', '12500'])
  })

  it('draws each value where it belongs, and their mean', () => {
    const points = [0, 10, 0].map((y, i) => ({ x: 5 * i, y }))
    const lines = chart({ ...curve, points }, box).filter((line) => line.includes('stroke="#333"'))
    // 52 px for numbers at the left, 10 at the right, 26 above, 34 below.
    for (const line of lines) expect(line).toContain('points="52.0,126.0 152.0,26.0 252.0,126.0"')
    expect(lines).toHaveLength(2)
  })
})

describe('text in SVG', () => {
  it('is escaped, and of letters that XML allows', () => {
    expect(escapeXml(`<a href="x">'&\t\u{1f600}é`)).toBe('&#60;a href=&#34;x&#34;&#62;&#39;&#38;\t\u{1f600}é')
    expect(escapeXml('\u0000\u001b\ud83d!\udc00\uffff')).toBe('\ufffd\ufffd\ufffd!\ufffd\ufffd')
  })

  it('is shortened in the middle, to what fits', () => {
    expect(shorten('photo.jpg', 100, 10)).toBe('photo.jpg')
    expect(shorten('a-very-long-name-of-a.jpg', 66, 10)).toBe('a-ver…a.jpg')
    expect(shorten('素描素描素描素描', 66, 10)).toBe('素描素…素描')
    expect(shorten('\u{1f600}'.repeat(9), 45, 10)).toBe('\u{1f600}\u{1f600}…\u{1f600}')
  })

  it('is wrapped at words', () => {
    expect(wrap('one two three four', 60, 10, 5)).toEqual(['one two', 'three four'])
    expect(wrap('one two three four', 60, 10, 1)).toEqual(['one two …'])
    expect(wrap('extraordinarily long', 60, 10, 5)).toEqual(['extra…rily', 'long'])
    expect(wrap('', 60, 10, 5)).toEqual([''])
  })
})
