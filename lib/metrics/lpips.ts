/**
 * Learned perceptual image patch similarity (Zhang et al., 1801.03924), version 0.1.
 *
 * The networks come as bundle roles `lpips_alex`, `lpips_vgg` and `lpips_squeeze`. Each is a TorchScript module
 *   (image [B, 3, H, W], as lpipsInput gives it) -> L activations [B, C, h, w], then L weights [C]
 * of torchvision's trunk and the linear layers of version 0.1, with L and C as in LPIPS_CHANNELS. A figure may be headed
 * LPIPS only where the role is of the published weights.
 */
import { invalidArgument } from '../errors.js'
import { scope, stack, type Tensor, tensor } from '../torch/index.js'

/** The trunks that LPIPS was published with. */
export type LpipsNetwork = 'alex' | 'vgg' | 'squeeze'

/** Channels of the activations that each network gives. */
export const LPIPS_CHANNELS: Record<LpipsNetwork, readonly number[]> = {
  alex: [64, 192, 384, 256, 256],
  vgg: [64, 128, 256, 512, 512],
  squeeze: [64, 128, 256, 384, 384, 512, 512],
}

/** Sides below which a network's deepest activation has no pixel. */
export const LPIPS_SMALLEST_SIDE: Record<LpipsNetwork, number> = { alex: 31, vgg: 16, squeeze: 17 }

const SHIFT = [-0.03, -0.088, -0.188]
const SCALE = [0.458, 0.448, 0.45]
const EPSILON = 1e-10

/** Pictures [B, 3, H, W] in [-1, 1] as LPIPS' networks take them: by channel, (value - shift) / scale. */
export function lpipsInput(images: Tensor): Tensor {
  const channels = (values: readonly number[]) => tensor(values, [1, 3, 1, 1])
  return images.sub(channels(SHIFT)).div(channels(SCALE))
}

/**
 * LPIPS (Zhang et al., 1801.03924, version 0.1) of B pairs from what a network says of them: the squared difference of activations normalised along their
 * channels, weighted, averaged over the picture, summed over the layers. From 0 for equal pictures; seldom above 1.
 * @param prediction one an activation: [B, C, h, w]
 * @param truth as `prediction`, of the same shapes
 * @param weights one an activation: [C]
 * @returns one a pair.
 * @throws INVALID_ARGUMENT for activations of other numbers or shapes than each other's, or that are no finite numbers.
 */
export function lpips(
  prediction: readonly Tensor[],
  truth: readonly Tensor[],
  weights: readonly Tensor[],
): Promise<number[]> {
  return scope(async () => {
    await requireLayers(prediction, truth, weights)
    const layers = weights.map((weight, layer) => {
      const difference = normalise(prediction[layer] as Tensor).sub(normalise(truth[layer] as Tensor))
      return difference
        .pow(2)
        .mul(weight.reshape([1, -1, 1, 1]))
        .sum([1])
        .mean([1, 2])
    })
    const distances = Array.from(await stack(layers).sum([0]).toArray(), Number)
    if (distances.every(Number.isFinite)) return distances
    throw invalidArgument('activations', 'finite numbers', Number.NaN)
  })
}

function normalise(activations: Tensor): Tensor {
  return activations.div(activations.norm([1], true).add(EPSILON))
}

async function requireLayers(
  prediction: readonly Tensor[],
  truth: readonly Tensor[],
  weights: readonly Tensor[],
): Promise<void> {
  if (weights.length === 0 || prediction.length !== weights.length || truth.length !== weights.length)
    throw invalidArgument(
      'activations',
      'as many activations of prediction and of truth as weights',
      `${prediction.length}, ${truth.length} and ${weights.length}`,
    )
  for (const [layer, weight] of weights.entries()) {
    const [a, b, [channels]] = await Promise.all([
      (prediction[layer] as Tensor).shape(),
      (truth[layer] as Tensor).shape(),
      weight.shape(),
    ])
    const isPicture = a.length === 4 && a[1] === channels && !a.includes(0)
    if (!isPicture || `${a}` !== `${b}`)
      throw invalidArgument(
        `activations of layer ${layer}`,
        `one shape [B, ${channels}, h, w] of prediction and truth`,
        `[${a}] and [${b}]`,
        'Compare pictures of one size.',
      )
  }
}
