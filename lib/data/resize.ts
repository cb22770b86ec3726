/** Bringing pictures of any size to the square that a model draws in, and what it drew back to theirs. */
import { invalidArgument } from '../errors.js'
import { fromSharp, type Image, toSharp } from './image.js'

/** `pad` keeps the whole photo, `crop` its central square, `stretch` bends it square. */
export type ResizePolicy = 'pad' | 'crop' | 'stretch'

export interface Fitted {
  /** side x side */
  image: Image
  /** Takes a picture of side x side to the original's size; white where the square shows nothing of the original. */
  undo(result: Image): Promise<Image>
}

interface Box {
  left: number
  top: number
  width: number
  height: number
}

/** A picture that is side x side already passes both ways as it is. */
export async function fit(image: Image, side: number, policy: ResizePolicy = 'pad'): Promise<Fitted> {
  const { width, height } = image
  if (width === side && height === side) return { image, undo: async (result) => requireSide(result, side) }
  const { from, to } = boxes(width, height, side, policy)
  return {
    image: await move(image, from, to, { width: side, height: side }, 'copy'),
    undo: async (result) => move(requireSide(result, side), to, from, { width, height }, 'background'),
  }
}

/** Which part of the picture is shown, and where in the square. */
function boxes(width: number, height: number, side: number, policy: ResizePolicy): { from: Box; to: Box } {
  const whole = { left: 0, top: 0, width, height }
  const square = { left: 0, top: 0, width: side, height: side }
  const shorter = Math.min(width, height)
  const scale = side / Math.max(width, height)
  switch (policy) {
    case 'pad':
      return { from: whole, to: centred(square, scaled(width, scale), scaled(height, scale)) }
    case 'crop':
      return { from: centred(whole, shorter, shorter), to: square }
    case 'stretch':
      return { from: whole, to: square }
    default:
      throw invalidArgument('resize policy', 'pad, crop or stretch', policy)
  }
}

const scaled = (length: number, scale: number): number => Math.max(1, Math.round(length * scale))

function centred(inside: Box, width: number, height: number): Box {
  return { left: (inside.width - width) >> 1, top: (inside.height - height) >> 1, width, height }
}

/** Takes one box of a picture to another box of a new one, whose margins repeat the edge or stay white. */
function move(
  image: Image,
  from: Box,
  to: Box,
  { width, height }: { width: number; height: number },
  extendWith: 'copy' | 'background',
): Promise<Image> {
  const moved = toSharp(image)
    .extract(from)
    .resize(to.width, to.height, { fit: 'fill', kernel: 'lanczos3' })
    .extend({
      left: to.left,
      top: to.top,
      right: width - to.left - to.width,
      bottom: height - to.top - to.height,
      extendWith,
      background: 'white',
    })
  return fromSharp(moved)
}

function requireSide(image: Image, side: number): Image {
  if (image.width === side && image.height === side) return image
  throw invalidArgument('result', `a picture of ${side} x ${side}`, `${image.width} x ${image.height}`)
}
