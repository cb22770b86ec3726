/** Parts of pictures as face-api's networks look at them. */
import type { Image } from '../image.js'
import type { Box } from '../page.js'

/** What a network looks at. */
export interface Look {
  /** px. */
  side: number
  /** Of its training pictures, by colour, 0 to 255. */
  mean: readonly [number, number, number]
  /** Where what fills up a part to a square lies: around it, or behind it. */
  filled: 'around' | 'behind'
}

/** For each pixel of a line of the square: two of the picture, and the share of each, which is 0 of filling. */
interface Taps {
  first: Int32Array
  second: Int32Array
  ofFirst: Float32Array
  ofSecond: Float32Array
}

/**
 * A part of a picture, filled up with black to a square and resized as TensorFlow does (bilinear, without antialiasing, pixels at their
 * upper left corners): [side, side, 3] of (value - mean) / 255.
 * @param part in whole px, inside the picture.
 */
export function squareOf(
  { width, height, data }: Image,
  part: Box,
  { side, mean, filled }: Look,
): Float32Array {
  const longer = Math.max(part.width, part.height)
  const before = (length: number) => (filled === 'around' ? (longer - length) >> 1 : 0)
  const across = taps(part.left, part.width, before(part.width), longer, side)
  const down = taps(part.top, part.height, before(part.height), longer, side)
  const square = new Float32Array(3 * side * side)
  for (let channel = 0; channel < 3; channel++) {
    const plane = data.subarray(channel * width * height, (channel + 1) * width * height)
    sample(plane, width, across, down, mean[channel] as number, square, channel)
  }
  return square
}

/** A colour of [-1, 1] into every third value of `square`. */
function sample(
  plane: Float32Array,
  width: number,
  across: Taps,
  down: Taps,
  mean: number,
  square: Float32Array,
  start: number,
): void {
  const side = across.first.length
  for (let y = 0, to = start; y < side; y++) {
    const top = (down.first[y] as number) * width
    const bottom = (down.second[y] as number) * width
    const ofTop = down.ofFirst[y] as number
    const ofBottom = down.ofSecond[y] as number
    for (let x = 0; x < side; x++, to += 3) {
      const left = across.first[x] as number
      const right = across.second[x] as number
      const ofLeft = across.ofFirst[x] as number
      const ofRight = across.ofSecond[x] as number
      const above =
        ofLeft * ((plane[top + left] as number) + 1) + ofRight * ((plane[top + right] as number) + 1)
      const below =
        ofLeft * ((plane[bottom + left] as number) + 1) + ofRight * ((plane[bottom + right] as number) + 1)
      square[to] = (127.5 * (ofTop * above + ofBottom * below) - mean) / 255
    }
  }
}

/** What of a box lies in a picture, in whole px: at least one. */
export function inside({ left, top, width, height }: Box, picture: { width: number; height: number }): Box {
  const [x, across] = span(left, left + width, picture.width)
  const [y, down] = span(top, top + height, picture.height)
  return { left: x, top: y, width: across, height: down }
}

function span(start: number, end: number, length: number): [number, number] {
  const first = Math.min(length - 1, Math.max(0, Math.floor(start)))
  return [first, Math.max(1, Math.min(length, Math.ceil(end)) - first)]
}

function taps(start: number, length: number, before: number, longer: number, side: number): Taps {
  const made: Taps = {
    first: new Int32Array(side),
    second: new Int32Array(side),
    ofFirst: new Float32Array(side),
    ofSecond: new Float32Array(side),
  }
  const shows = (at: number) => at >= 0 && at < length
  for (let i = 0; i < side; i++) {
    const place = (i * longer) / side
    const first = Math.floor(place) - before
    const second = Math.min(first + 1, longer - 1 - before)
    const share = place % 1
    made.first[i] = start + (shows(first) ? first : 0)
    made.second[i] = start + (shows(second) ? second : 0)
    made.ofFirst[i] = shows(first) ? 1 - share : 0
    made.ofSecond[i] = shows(second) ? share : 0
  }
  return made
}
