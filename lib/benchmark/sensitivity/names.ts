// Apart from how, so that the command line knows them without loading it.
/** What a benchmark can run `ours` with several values of: docs/benchmark.md has the values. */
export const SENSITIVITIES = [
  'steps',
  'edit-weight',
  'edit-sign',
  'text-scale',
  'image-scale',
  'pair',
  'pairs',
] as const
/** One of {@link SENSITIVITIES}. */
export type SensitivityName = (typeof SENSITIVITIES)[number]
