/** silverpoint as a library. Importing it opens nothing: LibTorch is opened when a bundle is loaded. */
export { PROTOCOLS, type Protocol } from './baselines/method.js'
export type { Wishes } from './baselines/tools.js'
export type { LedgerEntry } from './batch/ledger.js'
export type { SketchParameters, SketchSettings } from './batch/parameters.js'
export type { Photo, Photos, Sketched, SketchItem, SketchResult, Unsketched } from './batch/photos.js'
export {
  type PlannedPhoto,
  type PlanOptions,
  planSketches,
  type SketchPlan,
  type Skipped,
} from './batch/plan.js'
export { parseShard, type Shard, scheduledShard } from './batch/shard.js'
export { type FileResult, type RunOptions, runPlan, type Summary, sketchFiles } from './batch/sketch-files.js'
export { Sketcher, type SketcherOptions } from './batch/sketcher.js'
export { type BenchmarkOptions, runBenchmark } from './benchmark/benchmark.js'
export {
  type EvaluatedPicture,
  type EvaluateOptions,
  type Evaluation,
  evaluateFolders,
} from './benchmark/evaluate.js'
export { FIGURES, type FigureName } from './benchmark/figures/names.js'
export { writeFigure } from './benchmark/figures/write-figure.js'
export type { PairChoice } from './benchmark/plan.js'
export {
  type Picture as BenchmarkPicture,
  type PictureScores,
  type Results as BenchmarkResults,
  type Run as BenchmarkRun,
  type RunImage as BenchmarkImage,
  readResults,
} from './benchmark/results.js'
export { SENSITIVITIES, type SensitivityName } from './benchmark/sensitivity/names.js'
export { writeSensitivity } from './benchmark/sensitivity/write-sensitivity.js'
export { type Bundle, type BundleOptions, embeddedBundle, loadBundle } from './bundle/bundle.js'
export type { FileEntry, Manifest, RoleEntry } from './bundle/manifest.js'
export { type Alignment, alignPair, type PairNames } from './data/align.js'
export { type AlignedFiles, alignFiles } from './data/align-files.js'
export type { Point, Similarity } from './data/align-similarity.js'
export {
  checkDataset,
  type DatasetCheckOptions,
  type DatasetReport,
  type Looks,
} from './data/datasets/check.js'
export {
  type Dataset,
  type DatasetOptions,
  type DatasetPair,
  openDataset,
} from './data/datasets/dataset.js'
export { LAYOUT_NAMES, type LayoutName } from './data/datasets/layout-names.js'
export { picturesOf } from './data/datasets/pictures.js'
export type { FaceChoice } from './data/face-choice.js'
export { detectFaces, type Face } from './data/face-detector.js'
export { defaultCrop, type FramingOptions } from './data/face-framing.js'
export { type FindOptions, type FoundImage, findImages } from './data/find-images.js'
export {
  encodePng,
  type Image,
  type OpenedImage,
  openImage,
  type ReadOptions,
  readImage,
  readPngMetadata,
} from './data/image.js'
export type { Box } from './data/page.js'
export type { Guidance } from './diffusion/guidance.js'
export { SAMPLER_NAMES, type SamplerName } from './diffusion/samplers/names.js'
export { ERROR_CODES, type ErrorCode, SilverpointError } from './errors.js'
export * as metrics from './metrics/index.js'
export type { DrawingRecipe } from './style/drawing-loss.js'
export { type LearnOptions, learnStyle } from './style/learn.js'
export type { Pair, PairOptions, PreparedPair } from './style/pairs.js'
export { type Colour, Palette } from './style/palette.js'
export type { Provenance } from './style/provenance.js'
export { RECIPES, type Recipe, type RecipeName } from './style/recipe.js'
export type { StepLosses } from './style/step-losses.js'
export { Style } from './style/style.js'
export * as torch from './torch/index.js'
export { version } from './version.js'
