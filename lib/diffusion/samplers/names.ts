// Apart from the samplers, so that who only names them loads none of what computes.
/** How noise becomes a picture, as diffusers' schedulers of these names do it. */
export const SAMPLER_NAMES = ['ddim', 'euler', 'euler-ancestral', 'dpm-solver++'] as const
/** One of {@link SAMPLER_NAMES}. */
export type SamplerName = (typeof SAMPLER_NAMES)[number]
/**
 * InstructPix2Pix' own. Chosen by measurement on the embedded bundle: by SSIM, FSIM, SCOOT and strokes together what it draws in few steps
 * is nearer to artists' drawings than what those draw that add no noise.
 */
export const DEFAULT_SAMPLER: SamplerName = 'euler-ancestral'
