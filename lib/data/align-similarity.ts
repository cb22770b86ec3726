/** Similarities of the plane: a turn, a scale and a shift, fitted to points. */
import { invalidArgument } from '../errors.js'

/** A place in a picture, in px, x to the right and y down, from its upper left corner. */
export interface Point {
  x: number
  y: number
}

/** A turn, a scale and a shift: x' = a x - b y + tx, y' = b x + a y + ty. */
export interface Similarity {
  a: number
  b: number
  tx: number
  ty: number
}

/**
 * The similarity that takes points to others with the least sum of squared distances, in closed form (Umeyama 1991,
 * without mirroring: in the plane the turn and the scale are one complex factor).
 * @throws INVALID_ARGUMENT for fewer than two points, or all in one place.
 */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Similarity {
  if (from.length !== to.length || from.length < 2)
    throw invalidArgument('points', 'two or more, as many as they go to', `${from.length} and ${to.length}`)
  const [p0, q0] = [mean(from), mean(to)]
  let [along, across, spread] = [0, 0, 0]
  for (const [i, p] of from.entries()) {
    const q = to[i] as Point
    const [px, py, qx, qy] = [p.x - p0.x, p.y - p0.y, q.x - q0.x, q.y - q0.y]
    along += px * qx + py * qy
    across += px * qy - py * qx
    spread += px * px + py * py
  }
  if (!(spread > 0)) throw invalidArgument('points', 'points in different places', 'all in one')
  const [a, b] = [along / spread, across / spread]
  return { a, b, tx: q0.x - a * p0.x + b * p0.y, ty: q0.y - b * p0.x - a * p0.y }
}

export function transform({ a, b, tx, ty }: Similarity, { x, y }: Point): Point {
  return { x: a * x - b * y + tx, y: b * x + a * y + ty }
}

export function inverse({ a, b, tx, ty }: Similarity): Similarity {
  const square = a * a + b * b
  const [ia, ib] = [a / square, -b / square]
  return { a: ia, b: ib, tx: -ia * tx + ib * ty, ty: -ib * tx - ia * ty }
}

/** How much longer lengths become. */
export const scaleOf = ({ a, b }: Similarity): number => Math.hypot(a, b)

/** A scaling on top. */
export function scaledBy({ a, b, tx, ty }: Similarity, factor: number): Similarity {
  return { a: a * factor, b: b * factor, tx: tx * factor, ty: ty * factor }
}

function mean(points: readonly Point[]): Point {
  const sum = points.reduce((one, { x, y }) => ({ x: one.x + x, y: one.y + y }), { x: 0, y: 0 })
  return { x: sum.x / points.length, y: sum.y / points.length }
}
