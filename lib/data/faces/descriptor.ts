/** face-api's FaceRecognitionNet: dlib's ResNet-34. */
import type { Tensor } from '../../torch/index.js'
import type { Image } from '../image.js'
import type { Box } from '../page.js'
import { averagePool, type Layers, maxPool, padded, relu } from './layers.js'
import { Network } from './network.js'
import { inside, type Look, squareOf } from './window.js'

const LOOK: Look = { side: 150, mean: [122.782, 117.001, 104.298], filled: 'around' }
const SAME = { stride: 1, padding: 'same' } as const
const DOWN = { stride: 2, padding: 'valid' } as const

const network = new Network('face_recognition_model', described)

/**
 * What tells one face from another: 128 numbers of the part of a picture that shows it. Euclidean distance below 0.6 means one person, in
 * photos.
 * @param box in px; what of it lies outside the picture is left out.
 */
export function describeFace(image: Image, box: Box): Promise<Float32Array> {
  return network.run(squareOf(image, inside(box, image), LOOK), LOOK.side)
}

/** [1, 128] */
function described(layers: Layers, x: Tensor): Tensor {
  let out = maxPool(relu(scaled(layers, x, 'conv32_down', DOWN)), 3, 2)
  for (const name of ['conv32_1', 'conv32_2', 'conv32_3']) out = residual(layers, out, name)
  out = residualDown(layers, out, 'conv64_down', { more: 32 })
  for (const name of ['conv64_1', 'conv64_2', 'conv64_3']) out = residual(layers, out, name)
  out = residualDown(layers, out, 'conv128_down', { more: 64 })
  for (const name of ['conv128_1', 'conv128_2']) out = residual(layers, out, name)
  out = residualDown(layers, out, 'conv256_down', { more: 128, short: 1 })
  for (const name of ['conv256_1', 'conv256_2']) out = residual(layers, out, name)
  out = residualDown(layers, out, 'conv256_down_out', { short: 1 })
  return out.mean([2, 3]).matmul(layers.weight('fc'))
}

function residual(layers: Layers, x: Tensor, name: string): Tensor {
  const within = relu(scaled(layers, x, `${name}/conv1`, SAME))
  return relu(scaled(layers, within, `${name}/conv2`, SAME).add(x))
}

/** At half the side. `more`: channels; `short`: px that the convolution, which pads nothing, loses to the pooled picture. */
function residualDown(layers: Layers, x: Tensor, name: string, { more = 0, short = 0 }): Tensor {
  const within = relu(scaled(layers, x, `${name}/conv1`, DOWN))
  const out = scaled(layers, within, `${name}/conv2`, SAME)
  return relu(padded(averagePool(x, 2), [0, 0, 0, 0, 0, more]).add(padded(out, [0, short, 0, short])))
}

function scaled(
  layers: Layers,
  x: Tensor,
  name: string,
  { stride, padding }: typeof SAME | typeof DOWN,
): Tensor {
  const out = layers.convolution(x, `${name}/conv`, stride, padding)
  const ofChannel = (what: string) => layers.weight(`${name}/scale/${what}`).reshape([-1, 1, 1])
  return out.mul(ofChannel('weights')).add(ofChannel('biases'))
}
