/** face-api's TinyFaceDetector: a Tiny YOLO v2 of separable convolutions. */
import type { Tensor } from '../../torch/index.js'
import type { Image } from '../image.js'
import type { Box } from '../page.js'
import { type Layers, leakyRelu, maxPool, padded } from './layers.js'
import { Network } from './network.js'
import { type Look, squareOf } from './window.js'

/** A box that may hold a face. */
export interface Candidate {
  box: Box
  /** 0 to 1. */
  score: number
}

const MEAN = [117.001, 114.697, 97.404] as const
/** Sides of the boxes that each cell bends, in cells. */
const ANCHORS = [
  [1.603231, 2.094468],
  [6.041143, 7.080126],
  [2.882459, 3.518061],
  [4.266906, 5.178857],
  [9.041765, 10.66308],
] as const
/** Of an anchor's answer: place, size, and how sure. */
const ANSWERS = 5
/** Of two boxes whose shared area is a larger share of both's, the surer is kept. */
const SHARED = 0.4

const network = new Network('tiny_face_detector_model', answered)

/**
 * Boxes in px of the picture, the surest first.
 * @param side px that the longer side is looked at in, a multiple of 32.
 * @param least score.
 */
export async function findBoxes(image: Image, side: number, least: number): Promise<Candidate[]> {
  const { width, height } = image
  const whole = { left: 0, top: 0, width, height }
  const look: Look = { side, mean: MEAN, filled: 'behind' }
  const answers = await network.run(squareOf(image, whole, look), side)
  const found = candidates(answers, Math.max(width, height), least)
  return surest(found, (a, b) => sharedOfBoth(a, b) > SHARED)
}

/** [1, 25, cells, cells] */
function answered(layers: Layers, x: Tensor): Tensor {
  let out = leakyRelu(layers.convolution(x, 'conv0'))
  for (const name of ['conv1', 'conv2', 'conv3', 'conv4', 'conv5'])
    out = leakyRelu(layers.separable(maxPool(out, 2, 2, true), name))
  return layers.convolution(maxPool(padded(out, [0, 1, 0, 1], Number.NEGATIVE_INFINITY), 2, 1), 'conv8')
}

/** @param longer the picture's longer side, which the cells divide. */
function candidates(answers: Float32Array, longer: number, least: number): Candidate[] {
  const count = answers.length / ANSWERS / ANCHORS.length
  const cells = Math.sqrt(count)
  const found: Candidate[] = []
  for (const [anchor, [wide, high]] of ANCHORS.entries()) {
    for (let cell = 0; cell < count; cell++) {
      const answer = (which: number) => answers[(anchor * ANSWERS + which) * count + cell] as number
      const score = sigmoid(answer(4))
      if (!(score > least)) continue
      const scale = longer / cells
      const [width, height] = [Math.exp(answer(2)) * wide * scale, Math.exp(answer(3)) * high * scale]
      const x = ((cell % cells) + sigmoid(answer(0))) * scale
      const y = (Math.floor(cell / cells) + sigmoid(answer(1))) * scale
      found.push({ box: { left: x - width / 2, top: y - height / 2, width, height }, score })
    }
  }
  return found
}

/** The surest first, and without those of which a surer one is there already. */
export function surest(found: readonly Candidate[], same: (a: Box, b: Box) => boolean): Candidate[] {
  const kept: Candidate[] = []
  for (const one of found.toSorted((a, b) => b.score - a.score))
    if (!kept.some(({ box }) => same(box, one.box))) kept.push(one)
  return kept
}

function sharedOfBoth(a: Box, b: Box): number {
  const shared = sharedArea(a, b)
  return shared / (a.width * a.height + b.width * b.height - shared)
}

/** px^2 that two boxes have in common. */
export function sharedArea(a: Box, b: Box): number {
  const shared = (from: 'left' | 'top', length: 'width' | 'height') =>
    Math.max(0, Math.min(a[from] + a[length], b[from] + b[length]) - Math.max(a[from], b[from]))
  return shared('left', 'width') * shared('top', 'height')
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
