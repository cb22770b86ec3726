/** Roles of a metrics bundle: see lib/metrics/lpips.ts and fid.ts. */
export const METRIC_ROLES = ['lpips_alex', 'lpips_vgg', 'lpips_squeeze', 'fid_inception'] as const
export type MetricRole = (typeof METRIC_ROLES)[number]
