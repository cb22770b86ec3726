import { invalidArgument } from '../errors.js'
import { scope, sort, stack, type Tensor, uniform } from '../torch/index.js'
import { type Features, requireSameWidth, toTensor } from './features.js'
import { trace } from './trace.js'

/** A kernel distance, and how far it can be relied on. */
export interface KernelDistance {
  /** Mean over the subsets: an unbiased estimate, so that it may be a little below 0. */
  mean: number
  /** Standard deviation over the subsets, 0 where each was the whole of both sets. */
  deviation: number
  subsets: number
  subsetSize: number
  /** Pictures in the two sets. */
  counts: [number, number]
}

/** Which subsets are compared. */
export interface KernelOptions {
  /** By which they are drawn. */
  seed: number
  /** How many: 100. */
  subsets?: number
  /** Pictures of each set in a subset: 100, or all of the smaller set. */
  subsetSize?: number
}

/**
 * Kernel distance of two sets of features, in double precision (Binkowski et al., 1801.01401): squared maximum mean discrepancy
 * with the kernel (x.y / width + 1)^3, unbiased, over subsets drawn without replacement. Unlike the Fréchet distance it is
 * as good with fewer pictures than features. KID where the features are those of FID's network (see fid.ts). Equal
 * to torchmetrics' poly_mmd of the same subsets. It compares pictures with pictures, so that the features of all are needed: no
 * sums of bounded size would do.
 * @throws INVALID_ARGUMENT for features of two widths or that are no finite numbers, and for sets or subsets of fewer than 2.
 */
export async function kernelDistance(
  prediction: Features,
  truth: Features,
  { seed, subsets = 100, subsetSize = 100 }: KernelOptions,
): Promise<KernelDistance> {
  requireSameWidth(prediction, truth)
  const counts: [number, number] = [prediction.count, truth.count]
  const size = Math.min(subsetSize, ...counts)
  if (!Number.isInteger(size) || size < 2)
    throw invalidArgument('subsetSize', 'at least 2 pictures of each set', size)
  if (!Number.isInteger(subsets) || subsets < 1)
    throw invalidArgument('subsets', 'a whole number from 1', subsets)
  const values = await scope(() => {
    const [a, b] = [toTensor(prediction), toTensor(truth)]
    const distances = Array.from({ length: subsets }, (_, subset) =>
      scope(() => {
        const rowsA = a.indexSelect(0, choose(counts[0], size, seed, 2 * subset))
        const rowsB = b.indexSelect(0, choose(counts[1], size, seed, 2 * subset + 1))
        return discrepancy(rowsA, rowsB, size, truth.width)
      }),
    )
    return stack(distances).toArray()
  })
  const mean = (values as Float64Array).reduce((sum, value) => sum + value / subsets, 0)
  const variance = (values as Float64Array).reduce((sum, value) => sum + (value - mean) ** 2 / subsets, 0)
  return { mean, deviation: Math.sqrt(variance), subsets, subsetSize: size, counts }
}

/** `size` of 0 .. count - 1 by the order of random numbers, which depend on the seed and `item` only. */
function choose(count: number, size: number, seed: number, item: number): Tensor {
  return sort(uniform([count], { seed, item })).indices.narrow(0, 0, size)
}

/** Squared maximum mean discrepancy of two sets [size, width]; a picture is not compared with itself. */
function discrepancy(a: Tensor, b: Tensor, size: number, width: number): Tensor {
  const kernel = (x: Tensor, y: Tensor) => x.matmul(y.transpose(0, 1)).div(width).add(1).pow(3)
  const [withinA, withinB] = [kernel(a, a), kernel(b, b)]
  const within = withinA.sum().sub(trace(withinA)).add(withinB.sum()).sub(trace(withinB))
  return within.div(size * (size - 1)).sub(kernel(a, b).mean().mul(2))
}
