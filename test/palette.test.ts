import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Image, readImage } from '../lib/data/image.js'
import { type Colour, Palette } from '../lib/style/palette.js'

const SIDE = 64

/** A picture of what `colourOf` says, in [0, 1], of places in [0, 1). */
function picture(colourOf: (x: number, y: number) => readonly number[]): Image {
  const plane = SIDE * SIDE
  const data = new Float32Array(3 * plane)
  for (let i = 0; i < plane; i++) {
    const colour = colourOf((i % SIDE) / SIDE, Math.floor(i / SIDE) / SIDE)
    for (const [channel, value] of colour.entries()) data[i + channel * plane] = 2 * value - 1
  }
  return { width: SIDE, height: SIDE, data }
}

/** How much ink lies where: none on a half of the sheet, else from none to all of it. */
const inked = (x: number, y: number) => (y < 0.5 ? 0 : (1 + Math.sin(40 * x * y)) / 2)

/** A sketch in one ink on one paper. */
const sketch = (ink: Colour, paper: Colour): Image =>
  picture((x, y) => paper.map((value, i) => value + inked(x, y) * (ink[i]! - value)))

const valuesAt = ({ data }: Image, at: number): number[] =>
  [0, 1, 2].map((channel) => (data[at + channel * SIDE * SIDE]! + 1) / 2)

const furthest = (one: Image, other: Image): number =>
  Math.max(...one.data.map((value, i) => Math.abs(value - other.data[i]!) / 2))

const SANGUINE: Colour = [0.59, 0.23, 0.15]
const CREAM: Colour = [0.93, 0.87, 0.75]

describe('a palette', () => {
  it.each<[string, Colour, Colour]>([
    ['red chalk on cream', SANGUINE, CREAM],
    ['blue pencil on white', [0.15, 0.24, 0.55], [1, 1, 1]],
    ['black on grey', [0.1, 0.1, 0.1], [0.7, 0.7, 0.7]],
  ])('gives a drawing in black on white the colours of %s', (_what, ink, paper) => {
    const drawn = sketch(ink, paper)
    const palette = Palette.of([drawn])!
    for (const [i, value] of paper.entries()) expect(palette.paper[i]).toBeCloseTo(value, 2)
    expect(furthest(palette.inColours(palette.onWhite(drawn)), drawn)).toBeLessThan(0.02)
  })

  it('takes a sketch for black on white: its paper white, its tones in the same order, no colours', () => {
    const drawn = sketch(SANGUINE, CREAM)
    const white = Palette.of([drawn])!.onWhite(drawn)
    for (const value of valuesAt(white, 0)) expect(value).toBeCloseTo(1, 2)
    const darkest = valuesAt(white, drawn.data.indexOf(Math.min(...drawn.data.slice(0, SIDE * SIDE))))
    // Luma of the ink by that of the paper.
    for (const value of darkest) expect(value).toBeCloseTo(0.328 / 0.874, 1)
    expect(new Set(darkest.map((value) => value.toFixed(5))).size).toBe(1)
  })

  it('is of all sketches of an artist together', () => {
    const blank = picture(() => CREAM)
    const palette = Palette.of([blank, sketch(SANGUINE, CREAM)])!
    const alone = Palette.of([sketch(SANGUINE, CREAM)])!
    expect(Math.max(...palette.colours.map((value, i) => Math.abs(value - alone.colours[i]!)))).toBeLessThan(
      0.02,
    )
  })

  it('takes what is lighter than the paper for paper', () => {
    const drawn = picture((x, y) =>
      y > 0.9 ? [1, 1, 1] : CREAM.map((value, i) => value + inked(x, y) * (SANGUINE[i]! - value)),
    )
    const palette = Palette.of([drawn])!
    for (const value of valuesAt(palette.onWhite(drawn), SIDE * SIDE - 1)) expect(value).toBeCloseTo(1, 5)
    for (const [i, value] of CREAM.entries()) expect(palette.paper[i]).toBeCloseTo(value, 1)
  })

  it('goes to black where a drawing is darker than all that the artist drew', () => {
    const palette = Palette.of([sketch(SANGUINE, CREAM)])!
    const black = palette.inColours(picture(() => [0, 0, 0]))
    expect(Math.max(...valuesAt(black, 0))).toBeLessThan(0.01)
    const dark = valuesAt(palette.inColours(picture(() => [0.2, 0.2, 0.2])), 0)
    expect(dark[0]).toBeGreaterThan(dark[2]!)
  })

  it('reads values beyond white and black as these', () => {
    const palette = Palette.of([sketch(SANGUINE, CREAM)])!
    const beyond = palette.inColours(picture((x) => (x < 0.5 ? [-0.2, -0.2, -0.2] : [1.3, 1.3, 1.3])))
    const within = palette.inColours(picture((x) => (x < 0.5 ? [0, 0, 0] : [1, 1, 1])))
    expect(beyond.data).toEqual(within.data)
  })

  it.each<[string, Image | (() => Promise<Image>)]>([
    ['black on white', sketch([0.1, 0.1, 0.1], [1, 1, 1])],
    ["black on a scanner's white", sketch([0.1, 0.1, 0.1], [0.965, 0.963, 0.96])],
    ['white on black', picture((x, y) => Array(3).fill(0.05 + 0.9 * Number(Math.abs(x - y) < 0.05)))],
    [
      'light on a background in grey',
      picture((x, y) => Array(3).fill(Math.hypot(x - 0.5, y - 0.5) < 0.3 ? 0.95 : 0.6)),
    ],
    ['in colours that lightness does not tell', picture((x, y) => [x, y, 1 - x])],
    [
      'in black with red lips',
      picture((x, y) =>
        Math.hypot(x - 0.5, y - 0.7) < 0.05 ? [0.7, 0.2, 0.2] : Array(3).fill(1 - inked(x, y)),
      ),
    ],
    ['a photo', () => readImage(join(import.meta.dirname, '../examples/demo/photos/biden-2009.png'))],
  ])('is none where the sketch is %s', async (_what, image) => {
    expect(Palette.of([typeof image === 'function' ? await image() : image])).toBeUndefined()
  })
})
