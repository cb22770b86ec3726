/** face-api's FaceLandmark68Net. */
import type { Tensor } from '../../torch/index.js'
import type { Point } from '../align-similarity.js'
import type { Image } from '../image.js'
import type { Box } from '../page.js'
import { averagePool, type Layers, relu } from './layers.js'
import { Network } from './network.js'
import { inside, type Look, squareOf } from './window.js'

const LOOK: Look = { side: 112, mean: [122.782, 117.001, 104.298], filled: 'around' }

const network = new Network('face_landmark_68_model', placed)

/** The 68 landmarks of the face in a box that reaches into the picture, in px of the picture. */
export async function findLandmarks(image: Image, box: Box): Promise<Point[]> {
  const part = inside(box, image)
  const places = await network.run(squareOf(image, part, LOOK), LOOK.side)
  const longer = Math.max(part.width, part.height)
  const [left, top] = [part.left - (longer - part.width) / 2, part.top - (longer - part.height) / 2]
  return Array.from({ length: places.length / 2 }, (_, i) => ({
    x: left + (places[2 * i] as number) * longer,
    y: top + (places[2 * i + 1] as number) * longer,
  }))
}

/** [1, 136]: x and y of each, in sides. */
function placed(layers: Layers, x: Tensor): Tensor {
  let out = block(layers, relu(layers.convolution(x, 'dense0/conv0', 2, 'same')), 'dense0')
  for (const name of ['dense1', 'dense2', 'dense3'])
    out = block(layers, relu(layers.separable(out, `${name}/conv0`, 2)), name)
  const features = averagePool(out, 7).reshape([1, -1])
  return features.matmul(layers.weight('fc/weights')).add(layers.weight('fc/bias'))
}

/** Each convolution sees the sum of what those before it made. */
function block(layers: Layers, first: Tensor, name: string): Tensor {
  let sum = first
  for (const convolution of ['conv1', 'conv2', 'conv3'])
    sum = sum.add(layers.separable(relu(sum), `${name}/${convolution}`))
  return relu(sum)
}
