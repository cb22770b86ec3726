// Apart from the samplers, so that who only names them loads none of what computes.
/** How noise becomes a picture, as diffusers' schedulers of these names do it. */
export const SAMPLER_NAMES = ['ddim', 'euler', 'euler-ancestral', 'dpm-solver++'] as const
/** One of {@link SAMPLER_NAMES}. */
export type SamplerName = (typeof SAMPLER_NAMES)[number]
