/** Apart from the samplers, so that who only names them loads none of what computes. */
export const SAMPLER_NAMES = ['ddim', 'euler', 'euler-ancestral', 'dpm-solver++'] as const
export type SamplerName = (typeof SAMPLER_NAMES)[number]
