/** What is to be known of a score: what tables call it, which way is better, and what it is taken of. */
export interface MetricFacts {
  heading: string
  better: 'higher' | 'lower'
  /** Of each picture, with the mean over a set; or of a set as a whole. */
  of: 'picture' | 'set'
  unit?: string
}

/** All scores by name, in the order of tables. Their ranges and sources: docs/metrics.md. */
export const METRICS = {
  ssim: { heading: 'SSIM', better: 'higher', of: 'picture' },
  'ms-ssim': { heading: 'MS-SSIM', better: 'higher', of: 'picture' },
  psnr: { heading: 'PSNR', better: 'higher', of: 'picture', unit: 'dB' },
  fsim: { heading: 'FSIM', better: 'higher', of: 'picture' },
  scoot: { heading: 'SCOOT', better: 'higher', of: 'picture' },
  'lpips-alex': { heading: 'LPIPS (alex)', better: 'lower', of: 'picture' },
  'lpips-vgg': { heading: 'LPIPS (vgg)', better: 'lower', of: 'picture' },
  'lpips-squeeze': { heading: 'LPIPS (squeeze)', better: 'lower', of: 'picture' },
  clip: { heading: "CLIP (bundle's)", better: 'higher', of: 'picture' },
  'edit-direction': { heading: "Edit direction (bundle's CLIP)", better: 'higher', of: 'picture' },
  identity: { heading: 'Identity', better: 'higher', of: 'picture' },
  'rank-1': { heading: 'Rank-1', better: 'higher', of: 'set' },
  strokes: { heading: 'Strokes', better: 'lower', of: 'set' },
  fid: { heading: 'FID', better: 'lower', of: 'set' },
  'fid-clean': { heading: 'FID (clean-fid)', better: 'lower', of: 'set' },
  kid: { heading: 'KID', better: 'lower', of: 'set' },
} as const satisfies Record<string, MetricFacts>

/** One of {@link METRICS}. */
export type MetricName = keyof typeof METRICS
/** The names of {@link METRICS}. */
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[]

/** A score of each metric that could be taken. */
export type Scores = Partial<Record<MetricName, number>>
/** Why a metric could not be taken. */
export type Reasons = Partial<Record<MetricName, string>>

/** A score as tables show it; `-` where there is none. */
export function formatScore(metric: MetricName, value: number | null | undefined): string {
  if (value === null || value === undefined) return '-'
  return value.toFixed(metric === 'psnr' || metric.startsWith('fid') ? 2 : 4)
}

export const factsOf = (metric: MetricName): MetricFacts => METRICS[metric]
