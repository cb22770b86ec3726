/**
 * The colours of an artist's ink and paper. Most sketches are of one ink on one paper: how light a place is tells its colour. So
 * the sketch is learned as if it were black on white, which networks draw best, and its colours are kept beside what was learned.
 */
import type { Image } from '../data/image.js'
import { LUMA } from '../data/luma.js'

/** How many colours a palette keeps. */
const COLOURS = 17
/** How far, in lightness, the grain of a paper strays from it. */
const GRAIN = 0.04
/** The least share of the sketches that shows their paper; where less does, they are taken to be on white. */
const SHOWN = 0.2
/** The largest share of what is drawn that is lighter than the paper, its heightening; where more is, it is none but a background. */
const HEIGHTENED = 0.4
/** Paper from this lightness on is white. */
const WHITE = 0.94
/** Tints this faint, in the mean, are a scanner's. */
const FAINT = 0.003
/** Tints this far from those that lightness tells, in the mean, are a painting's. */
const UNTOLD = 0.02
/** The least share of the pixels that tells the tint of a lightness. */
const SEEN = 0.0005

/** A colour, its channels in [0, 1]. */
export type Colour = readonly [red: number, green: number, blue: number]

interface Pixel {
  /** Luma, in [0, 1]. */
  lightness: number
  /** What its colour has beside that; its own luma is 0. */
  tint: Colour
}

/** The colours, in [0, 1], of a drawing's lightnesses, evenly from black to the paper. */
export class Palette {
  /** [colours, 3] in row-major order. */
  readonly colours: Float32Array

  /** Of colours as {@link colours} has them. To make one of sketches: {@link Palette.of}. */
  constructor(colours: Float32Array) {
    this.colours = colours
  }

  /**
   * Of an artist's sketches; undefined where they are black on white as it is, and where lightness does not tell their tints, as
   * in a painting.
   */
  static of(sketches: readonly Image[]): Palette | undefined {
    const pixels = sketches.flatMap(pixelsOf)
    const paper = paperOf(pixels)
    const tints = tintsOf(pixels, paper)
    const untold = mean(pixels, ({ lightness, tint }) => distance(tint, between(tints, lightness / paper)))
    const tinted = mean(pixels, ({ tint }) => distance(tint, [0, 0, 0]))
    const grey = tinted < FAINT
    if (grey ? paper === 1 : untold > Math.min(UNTOLD, tinted / 2)) return undefined
    const lightest = tints.length - 1
    const colours = tints.flatMap((tint, at) => tint.map((value) => (paper * at) / lightest + value))
    return new Palette(Float32Array.from(colours))
  }

  /** The paper's. */
  get paper(): Colour {
    return this.#rows.at(-1) as Colour
  }

  /** A sketch in these colours as if it were black on white. What is lighter than the paper is white, too. */
  onWhite(sketch: Image): Image {
    const paper = luma(...this.paper)
    return mapColours(sketch, (lightness) => {
      const grey = Math.min(1, lightness / paper)
      return [grey, grey, grey]
    })
  }

  /** A drawing in black on white in these colours. */
  inColours(drawing: Image): Image {
    const rows = this.#rows
    return mapColours(drawing, (lightness) => between(rows, lightness))
  }

  get #rows(): Colour[] {
    const row = (at: number) => [...this.colours.slice(3 * at, 3 * at + 3)] as unknown as Colour
    return Array.from({ length: this.colours.length / 3 }, (_, at) => row(at))
  }
}

const luma = (red: number, green: number, blue: number): number =>
  LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue

function pixelsOf({ width, height, data }: Image): Pixel[] {
  const plane = width * height
  const channel = (at: number) => ((data[at] as number) + 1) / 2
  return Array.from({ length: plane }, (_, at) => {
    const [red, green, blue] = [channel(at), channel(at + plane), channel(at + 2 * plane)]
    const lightness = luma(red, green, blue)
    return { lightness, tint: [red - lightness, green - lightness, blue - lightness] }
  })
}

/**
 * The lightness that is commonest among the lighter half's, those within its grain counting the more the nearer they are; white where
 * that is no paper.
 */
function paperOf(pixels: readonly Pixel[]): number {
  const levels = new Float64Array(256)
  const level = (lightness: number) => Math.round(255 * lightness)
  for (const { lightness } of pixels) levels[level(lightness)] = (levels[level(lightness)] as number) + 1
  const reach = level(GRAIN)
  const near = (middle: number, weight: (off: number) => number) => {
    let sum = 0
    for (let off = -reach; off <= reach; off++) sum += (levels[middle + off] ?? 0) * weight(Math.abs(off))
    return sum
  }
  const sorted = Float32Array.from(pixels, ({ lightness }) => lightness).sort()
  let [paper, most] = [255, 0]
  for (let middle = level(sorted[sorted.length >> 1] as number); middle <= 255; middle++) {
    const weight = near(middle, (off) => reach + 1 - off)
    if (weight > most) [paper, most] = [middle, weight]
  }
  const shown = near(paper, () => 1)
  const lighter = levels.subarray(paper + reach + 1).reduce((sum, count) => sum + count, 0)
  const none = shown < SHOWN * pixels.length || lighter > HEIGHTENED * (pixels.length - shown)
  return none || paper > 255 * WHITE ? 1 : paper / 255
}

/** What a colour has beside its lightness, of lightnesses evenly from black to the paper's. */
function tintsOf(pixels: readonly Pixel[], paper: number): Colour[] {
  const last = COLOURS - 1
  const sums = Array.from({ length: COLOURS }, () => [0, 0, 0, 0] as [number, number, number, number])
  const add = ([red, green, blue]: Colour, row: number, weight: number) => {
    const sum = sums[row] as (typeof sums)[number]
    sum[0] += weight * red
    sum[1] += weight * green
    sum[2] += weight * blue
    sum[3] += weight
  }
  for (const { lightness, tint } of pixels) {
    const place = Math.min(last, (lightness / paper) * last)
    const row = Math.min(last - 1, Math.floor(place))
    add(tint, row, row + 1 - place)
    add(tint, row + 1, place - row)
  }
  const seen = sums.map(([red, green, blue, weight]): Colour | undefined =>
    weight > SEEN * pixels.length ? [red / weight, green / weight, blue / weight] : undefined,
  )
  return filled(seen)
}

/** What no pixel tells lies between its neighbours; darker than all of them, between the darkest and black, which has no tint. */
function filled(seen: readonly (Colour | undefined)[]): Colour[] {
  const rows = seen.flatMap((tint, row) => (tint ? [{ row, tint }] : []))
  const known = [...(seen[0] ? [] : [{ row: 0, tint: [0, 0, 0] as Colour }]), ...rows]
  return seen.map((tint, row) => {
    if (tint) return tint
    const after = known.find((one) => one.row > row)
    const before = known.findLast((one) => one.row <= row) as (typeof known)[number]
    return after ? mixed(before.tint, after.tint, (row - before.row) / (after.row - before.row)) : before.tint
  })
}

/** Of colours evenly from 0 to 1. */
function between(colours: readonly Colour[], place: number): Colour {
  const last = colours.length - 1
  const exact = last * Math.min(1, Math.max(0, place))
  const row = Math.min(last - 1, Math.floor(exact))
  return mixed(colours[row] as Colour, colours[row + 1] as Colour, exact - row)
}

const mixed = (one: Colour, other: Colour, share: number): Colour => [
  one[0] + share * (other[0] - one[0]),
  one[1] + share * (other[1] - one[1]),
  one[2] + share * (other[2] - one[2]),
]

/** Mean of the channels. */
const distance = (one: Colour, other: Colour): number =>
  (Math.abs(one[0] - other[0]) + Math.abs(one[1] - other[1]) + Math.abs(one[2] - other[2])) / 3

function mean(pixels: readonly Pixel[], of: (pixel: Pixel) => number): number {
  let sum = 0
  for (const pixel of pixels) sum += of(pixel)
  return sum / pixels.length
}

/** Every pixel's colour, from its lightness. */
function mapColours({ width, height, data }: Image, colourOf: (lightness: number) => Colour): Image {
  const plane = width * height
  const mapped = new Float32Array(data.length)
  const channel = (at: number) => ((data[at] as number) + 1) / 2
  for (let at = 0; at < plane; at++) {
    const lightness = luma(channel(at), channel(at + plane), channel(at + 2 * plane))
    const colour = colourOf(lightness)
    mapped[at] = 2 * colour[0] - 1
    mapped[at + plane] = 2 * colour[1] - 1
    mapped[at + 2 * plane] = 2 * colour[2] - 1
  }
  return { width, height, data: mapped }
}
