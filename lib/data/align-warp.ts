/** Pictures turned, scaled and shifted. */
import { setImmediate } from 'node:timers/promises'
import { inverse, type Similarity, scaleOf } from './align-similarity.js'
import { fromSharp, type Image, toSharp } from './image.js'

/** What is seen where the picture does not reach: its edge, repeated, or white paper. */
export type Outside = 'edge' | 'white'

/** From a place (x, y) of the window into the picture: u = ux x + uy y + u0, and v alike. */
interface Way {
  ux: number
  uy: number
  u0: number
  vx: number
  vy: number
  v0: number
}

/** Rows between two turns of the event loop. */
const ROWS = 32
/** What shrinks by less than this is not averaged first: it skips no pixel. */
const SHRUNK = 0.9
/** The slope of the cubic at 1 px (Keys's a). */
const SHARPNESS = -0.75

/**
 * The picture as a similarity moves it, seen through a window of width x height px whose corner is at 0, 0. Coordinates
 * count from the upper left edge: the middle of the first pixel is at (0.5, 0.5). Sampled by cubic convolution
 * as in PyTorch and OpenCV; what shrinks is averaged first.
 */
export async function warp(
  image: Image,
  move: Similarity,
  width: number,
  height: number,
  outside: Outside = 'edge',
): Promise<Image> {
  const { image: source, way } = await shrunk(image, inverse(move))
  const warped: Image = { width, height, data: new Float32Array(3 * width * height) }
  for (let y = 0; y < height; y++) {
    if (y % ROWS === ROWS - 1) await setImmediate()
    warpRow(source, way, outside, warped, y)
  }
  return warped
}

/** Scaled down to the size it will be seen in, so that no pixel is skipped, and the way from the window into it. */
async function shrunk(image: Image, { a, b, tx, ty }: Similarity): Promise<{ image: Image; way: Way }> {
  const scale = 1 / scaleOf({ a, b, tx, ty })
  const shrink = scale < SHRUNK ? scale : 1
  const width = Math.max(1, Math.round(image.width * shrink))
  const height = Math.max(1, Math.round(image.height * shrink))
  const [sx, sy] = [width / image.width, height / image.height]
  const same = width === image.width && height === image.height
  const source = same
    ? image
    : await fromSharp(toSharp(image).resize(width, height, { fit: 'fill', kernel: 'lanczos3' }))
  return { image: source, way: { ux: sx * a, uy: -sx * b, u0: sx * tx, vx: sy * b, vy: sy * a, v0: sy * ty } }
}

/** No pixel costs an allocation: this is most of what a folder's photos take beside the networks. */
function warpRow(source: Image, way: Way, outside: Outside, { width, height, data }: Image, y: number): void {
  const plane = width * height
  for (let x = 0; x < width; x++) {
    const u = way.ux * (x + 0.5) + way.uy * (y + 0.5) + way.u0
    const v = way.vx * (x + 0.5) + way.vy * (y + 0.5) + way.v0
    const at = y * width + x
    const beyond = u < 0 || v < 0 || u > source.width || v > source.height
    if (beyond && outside === 'white') data[at] = data[at + plane] = data[at + 2 * plane] = 1
    else sample(source, u - 0.5, v - 0.5, data, at, plane)
  }
}

/** RGB at a place between pixels' middles, with the edges repeated, to `at`, `at + plane` and `at + 2 plane`. */
function sample(
  { width, height, data }: Image,
  x: number,
  y: number,
  to: Float32Array,
  at: number,
  plane: number,
): void {
  const [left, top] = [Math.floor(x), Math.floor(y)]
  const [u, v] = [x - left, y - top]
  const [a0, a1, a2, a3] = [far(u + 1), near(u), near(1 - u), far(2 - u)]
  const [d0, d1, d2, d3] = [far(v + 1), near(v), near(1 - v), far(2 - v)]
  const c0 = clamp(left - 1, width)
  const c1 = clamp(left, width)
  const c2 = clamp(left + 1, width)
  const c3 = clamp(left + 2, width)
  const r0 = clamp(top - 1, height) * width
  const r1 = clamp(top, height) * width
  const r2 = clamp(top + 1, height) * width
  const r3 = clamp(top + 2, height) * width
  for (let channel = 0; channel < 3; channel++) {
    const first = channel * width * height
    const value =
      d0 * cubic(data, first + r0, c0, c1, c2, c3, a0, a1, a2, a3) +
      d1 * cubic(data, first + r1, c0, c1, c2, c3, a0, a1, a2, a3) +
      d2 * cubic(data, first + r2, c0, c1, c2, c3, a0, a1, a2, a3) +
      d3 * cubic(data, first + r3, c0, c1, c2, c3, a0, a1, a2, a3)
    to[at + channel * plane] = Math.min(1, Math.max(-1, value))
  }
}

/** Of four columns of a row, the sum by their weights. */
function cubic(
  data: Float32Array,
  row: number,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  a0: number,
  a1: number,
  a2: number,
  a3: number,
): number {
  return (
    a0 * (data[row + c0] as number) +
    a1 * (data[row + c1] as number) +
    a2 * (data[row + c2] as number) +
    a3 * (data[row + c3] as number)
  )
}

const clamp = (index: number, length: number): number => Math.min(length - 1, Math.max(0, index))

/** The cubic within 1 px, and from 1 to 2 px. */
const near = (d: number): number => ((SHARPNESS + 2) * d - (SHARPNESS + 3)) * d * d + 1
const far = (d: number): number => SHARPNESS * (((d - 5) * d + 8) * d - 4)
