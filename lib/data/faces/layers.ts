/** The layers of face-api's networks, of TensorFlow's habits. */
import { aten } from '../../torch/engine.js'
import { type Tensor, tensor } from '../../torch/index.js'
import type { Weight, Weights } from './weights.js'

/** How a convolution of 3 x 3 pads. `same` is TensorFlow's: with a stride of 2, of even sides, behind the picture alone. */
export type Padding = 'same' | 'valid'

/** A network's layers by name. Weights are made tensors, which copies nothing, where a layer asks for them. */
export class Layers {
  readonly #weights: Weights

  constructor(weights: Weights) {
    this.#weights = weights
  }

  convolution(x: Tensor, name: string, stride = 1, padding: Padding = 'valid'): Tensor {
    const [filters, bias] = [this.#of(`${name}/filters`), this.#of(`${name}/bias`)]
    return convolved(x, filters, made(bias), stride, padding)
  }

  /** 3 x 3 within each channel, then 1 x 1 across them. */
  separable(x: Tensor, name: string, stride = 1): Tensor {
    const within = this.#of(`${name}/depthwise_filter`)
    const [across, bias] = [this.#of(`${name}/pointwise_filter`), this.#of(`${name}/bias`)]
    const channels = within.shape[0] as number
    return convolved(convolved(x, within, null, stride, 'same', channels), across, made(bias))
  }

  weight(name: string): Tensor {
    return made(this.#of(name))
  }

  #of(name: string): Weight {
    return this.#weights.get(name) as Weight
  }
}

/** `value` beside what is there. `sides`: left, right, top, bottom, and before and behind the channels. */
export function padded(x: Tensor, sides: readonly number[], value = 0): Tensor {
  return aten('constant_pad_nd', '', x, sides, value)
}

/** `partial`: windows that reach beyond the picture take what they see of it. */
export function maxPool(x: Tensor, side: number, stride: number, partial = false): Tensor {
  return aten('max_pool2d', '', x, [side, side], [stride, stride], [0, 0], [1, 1], partial)
}

export function averagePool(x: Tensor, side: number): Tensor {
  return aten('avg_pool2d', '', x, [side, side], [2, 2], [0, 0], false, true, null)
}

export const relu = (x: Tensor): Tensor => aten('relu', '', x)

export const leakyRelu = (x: Tensor): Tensor => aten('leaky_relu', '', x, 0.1)

function convolved(
  x: Tensor,
  filters: Weight,
  bias: Tensor | null,
  stride = 1,
  padding: Padding = 'valid',
  groups = 1,
): Tensor {
  const around = padding === 'same' && stride === 1 ? 1 : 0
  const input = padding === 'same' && stride === 2 ? padded(x, [0, 1, 0, 1]) : x
  return aten('conv2d', '', input, made(filters), bias, [stride, stride], [around, around], [1, 1], groups)
}

const made = ({ data, shape }: Weight): Tensor => tensor(data, shape)
