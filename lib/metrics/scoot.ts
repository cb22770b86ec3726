import { type GreyImage, requireComparable } from './grey.js'

const BLOCKS = 4
const LEVELS = 6
/** A block of 2 x 2 has a neighbour in every direction. */
const SMALLEST_SIDE = 2 * BLOCKS
const LEVEL_OF = Uint8Array.from({ length: 256 }, (_, value) =>
  Math.min(LEVELS - 1, Math.floor((value * LEVELS) / 255)),
)
/** [row, column] from a pixel to its neighbour: 0, 45, 90 and 135 degrees. */
const OFFSETS = [
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
] as const

/**
 * Structure co-occurrence texture of 8-bit grey pictures (Fan et al., "Scoot: A Perceptual Metric for Facial Sketches",
 * ICCV 2019, and its ScootMeasure.m): in each of 4 x 4 blocks the grey-level co-occurrence matrix of 6 levels, averaged
 * over 4 directions and rounded, gives contrast and energy; Q = 1 / (1 + distance) of the two pictures' 32 numbers.
 * Above 0, at most 1; 1 for equal pictures. The reference refuses a picture of one grey; here such a block has contrast
 * 0 and energy 1.
 * @throws INVALID_ARGUMENT for pictures of two sizes, or with sides below 8 px.
 */
export function scoot(prediction: GreyImage, truth: GreyImage): number {
  requireComparable(prediction, truth, SMALLEST_SIDE)
  const ours = textures(prediction)
  const theirs = textures(truth)
  return 1 / (1 + Math.hypot(...ours.map((value, i) => value - (theirs[i] as number))))
}

/** Contrast and energy of every block, row by row: 32 numbers. */
function textures({ width, height, data }: GreyImage): number[] {
  const levels = new Uint8Array(data.length)
  for (let i = 0; i < data.length; i++) levels[i] = LEVEL_OF[data[i] as number] as number
  const edge = (side: number, block: number) => Math.floor((side * block) / BLOCKS)
  return Array.from({ length: BLOCKS * BLOCKS }, (_, block) => {
    const row = Math.floor(block / BLOCKS)
    const column = block % BLOCKS
    const counts = coOccurrences(levels, width, {
      top: edge(height, row),
      bottom: edge(height, row + 1),
      left: edge(width, column),
      right: edge(width, column + 1),
    })
    return statistics(counts.map((count) => Math.round(count / OFFSETS.length)))
  }).flat()
}

interface Block {
  top: number
  bottom: number
  left: number
  right: number
}

/** How often each pair of levels [of the pixel, of its neighbour] comes in a block, in all directions together. */
function coOccurrences(levels: Uint8Array, width: number, { top, bottom, left, right }: Block): Uint32Array {
  const counts = new Uint32Array(LEVELS * LEVELS)
  for (const [down, across] of OFFSETS) {
    const first = left - Math.min(0, across)
    const last = right - Math.max(0, across)
    for (let y = top - down; y < bottom; y++)
      countPairs(levels, y * width + first, y * width + last, down * width + across, counts)
  }
  return counts
}

function countPairs(levels: Uint8Array, first: number, end: number, step: number, counts: Uint32Array): void {
  for (let i = first; i < end; i++) {
    const pair = (levels[i] as number) * LEVELS + (levels[i + step] as number)
    counts[pair] = (counts[pair] as number) + 1
  }
}

/** Contrast and energy of a co-occurrence matrix; both 0 where rounding has emptied it, as MATLAB's graycoprops has it. */
function statistics(counts: Uint32Array): [number, number] {
  const sum = counts.reduce((total, count) => total + count)
  if (sum === 0) return [0, 0]
  let contrast = 0
  let energy = 0
  for (const [pair, count] of counts.entries()) {
    const share = count / sum
    contrast += share * (Math.floor(pair / LEVELS) - (pair % LEVELS)) ** 2
    energy += share * share
  }
  return [contrast, energy]
}
