// Apart from the samplers, so that who only names them loads none of what computes.
/** How noise becomes a picture, as diffusers' schedulers of these names do it. */
export const SAMPLER_NAMES = ['ddim', 'euler', 'euler-ancestral', 'dpm-solver++'] as const
/** One of {@link SAMPLER_NAMES}. */
export type SamplerName = (typeof SAMPLER_NAMES)[number]
/**
 * InstructPix2Pix' own. Chosen by measurement on the embedded bundle: in as many steps what it draws is nearer to artists' drawings
 * than what those do that add no noise, and keeps more faces.
 */
export const DEFAULT_SAMPLER: SamplerName = 'euler-ancestral'
