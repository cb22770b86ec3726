/**
 * The network for FID comes as the bundle role `fid_inception`, a TorchScript module
 *   pixels [B, 3, 299, 299], as inceptionInput gives them -> features [B, 2048]
 * A figure may be headed FID only where that is pytorch-fid's pt_inception-2015-12-05, and stands beside no figure of the
 * other way of resizing.
 */
import { invalidArgument } from '../errors.js'
import { eigh, scope, type Tensor } from '../torch/index.js'
import { type FeatureStatistics, requireSeveral } from './feature-statistics.js'
import { trace } from './trace.js'

/** A Fréchet distance, and how far it can be relied on. */
export interface FrechetDistance {
  distance: number
  /** Pictures in the two sets. */
  counts: [number, number]
  /** Said where a set is smaller than the features are wide. */
  warning?: string
}

/**
 * Fréchet distance of two sets of features, in double precision (Heusel et al., 1706.08500): of the normal distributions of their
 * means and covariances, |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)). From 0 for equal distributions, without upper limit.
 * Singular covariances are taken as they are: nothing is added to them. FID where the features are those of pytorch-fid's
 * network, of pictures as inceptionInput gives them. Equal to torchmetrics' and clean-fid's figures of the same features.
 * @throws INVALID_ARGUMENT for sets of two widths, or of fewer than 2 pictures.
 */
export async function frechetDistance(
  prediction: FeatureStatistics,
  truth: FeatureStatistics,
): Promise<FrechetDistance> {
  requireStatistics(prediction, truth)
  const counts: [number, number] = [prediction.count, truth.count]
  // The set of fewer pictures first: its rank is the size of the second decomposition.
  const [fewer, more] = prediction.count < truth.count ? [prediction, truth] : [truth, prediction]
  const distance = await scope(async () => {
    const [first, second] = [fewer.moments(), more.moments()]
    const traces = trace(first.covariance).add(trace(second.covariance))
    const apart = first.mean.sub(second.mean).pow(2).sum().add(traces)
    const shared = await rootTrace(first.covariance, second.covariance)
    return (await apart.item()) - 2 * shared
  })
  const smallest = Math.min(...counts)
  const warning =
    `${smallest} pictures for ${truth.width} features: the covariance is singular and the distance biased upwards. ` +
    'Compare only with figures of as many pictures, and prefer the kernel distance.'
  return { distance: Math.max(0, distance), counts, ...(smallest <= truth.width && { warning }) }
}

/**
 * Trace of (AB)^(1/2) for covariances A and B. With A = H H^T, AB has the eigenvalues of H^T B H, which is symmetric. H has
 * a column an eigenvalue of A that is not 0, so that the zeros of a singular A bring no rounding errors into the roots.
 */
async function rootTrace(a: Tensor, b: Tensor): Promise<number> {
  const { values, vectors } = eigh(a)
  const eigenvalues = (await values.toArray()) as Float64Array
  const rank = eigenvalues.length - positiveFrom(eigenvalues)
  if (rank === 0) return 0
  const last = (tensor: Tensor, dim: number) => tensor.narrow(dim, eigenvalues.length - rank, rank)
  const half = last(vectors, 1).mul(last(values, 0).sqrt())
  const product = eigh(half.transpose(0, 1).matmul(b).matmul(half)).values
  const squares = (await product.toArray()) as Float64Array
  return squares.subarray(positiveFrom(squares)).reduce((sum, square) => sum + Math.sqrt(square), 0)
}

/** Where, in ascending eigenvalues, those begin that are more than rounding errors of zero. */
function positiveFrom(eigenvalues: Float64Array): number {
  const largest = eigenvalues.at(-1) as number
  const limit = Math.max(0, largest) * eigenvalues.length * Number.EPSILON
  const first = eigenvalues.findIndex((value) => value > limit)
  return first < 0 ? eigenvalues.length : first
}

function requireStatistics(prediction: FeatureStatistics, truth: FeatureStatistics): void {
  if (prediction.width !== truth.width)
    throw invalidArgument('prediction', `the truth's ${truth.width} features a picture`, prediction.width)
  requireSeveral('prediction', prediction)
  requireSeveral('truth', truth)
}
