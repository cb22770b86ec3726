/** What the benchmark can sweep. Apart from how, so that the command line knows them without loading it. */
export const SENSITIVITIES = [
  'steps',
  'edit-weight',
  'edit-sign',
  'text-scale',
  'image-scale',
  'pair',
  'pairs',
] as const
export type SensitivityName = (typeof SENSITIVITIES)[number]
