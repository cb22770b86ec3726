/**
 * How like the artist's a drawing is: every score of `evaluate` and `benchmark` as a function of its own, and all together
 * as a `Scorer`. Grey pictures are compared as `comparable` makes them; networks and face descriptors give `Features`.
 */
export {
  METRIC_NAMES,
  METRICS,
  type MetricFacts,
  type MetricName,
  type Reasons,
  type Scores,
} from './catalogue.js'
export { clipSimilarity, type Edit, editDirectionSimilarity } from './clip-similarity.js'
export { type Changes, type Comparable, comparable } from './comparable.js'
export { normaliseContrast } from './contrast.js'
export { FeatureStatistics } from './feature-statistics.js'
export type { Features } from './features.js'
export { type FrechetDistance, frechetDistance } from './fid.js'
export { fsim } from './fsim.js'
export { fromGrey, type GreyImage, toGrey } from './grey.js'
export { type Identity, identity } from './identity.js'
export { type InceptionResize, inceptionInput } from './inception-input.js'
export { type KernelDistance, type KernelOptions, kernelDistance } from './kid.js'
export { type LpipsNetwork, lpips, lpipsInput } from './lpips.js'
export { MetricNetworks } from './metric-networks.js'
export { msSsim } from './ms-ssim.js'
export { psnr } from './psnr.js'
export { scoot } from './scoot.js'
export { type PairFacts, type ScoredPicture, Scorer, type ScorerOptions } from './scorer.js'
export type { SetScore, SetScores } from './set-scores.js'
export { ssim } from './ssim.js'
export { type StrokeStatistics, strokeDistance, strokeStatistics } from './strokes.js'
