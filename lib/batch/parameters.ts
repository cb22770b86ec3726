/** What makes a sketch what it is, beside its photo. */
import type { Manifest } from '../bundle/manifest.js'
import { defaultCrop, type FramingOptions } from '../data/face-framing.js'
import { hashJson } from '../data/json.js'
import type { Guidance } from '../diffusion/guidance.js'
import { DEFAULT_SAMPLER, type SamplerName } from '../diffusion/samplers/names.js'
import type { Style } from '../style/style.js'

/** What a sketch was drawn with, as its metadata tells it. */
export interface SketchParameters extends Required<FramingOptions> {
  /** The style's hash; null where the text alone is the instruction. */
  style: string | null
  /** Plain text joined with the learned instruction. */
  optional: string
  /** How noise becomes a picture. */
  sampler: SamplerName
  /** Calls of the network a photo. */
  steps: number
  /** How strongly instruction and photo guide. */
  guidance: Guidance
  /** Of the noise, which is a photo's own beside. */
  seed: number
  /** Photos a call of the network. */
  batch: number
  /** SHA-256 of the weights that the bundle was made from. */
  weightsId: string
  /** Side in px of what the model draws. */
  resolution: number
  /** What the networks computed in; of a Sketcher or a plan what they were asked to, which may be `auto`. */
  dtype: string
  /** Where. */
  device: string
}

/** How photos are drawn. */
export interface SketchSettings extends FramingOptions {
  /** The learned style; without one, the text alone is the instruction. */
  style?: Style
  /** Plain text joined with the learned instruction. */
  optional?: string
  /** Default `euler-ancestral`. */
  sampler?: SamplerName
  /** Calls of the network a photo: more are slower. Default: the bundle's own. */
  steps?: number
  /** Scales left out are the bundle's own; `start` and `stop`, all steps. */
  guidance?: Partial<Guidance>
  /** A whole number; another gives other noise to begin from. Default 0. */
  seed?: number
  /** Photos a call of the network: more are faster a photo, and take more memory. Default 4. */
  batch?: number
}

/** Chosen by measurement on the embedded bundle. */
const defaults = {
  sampler: DEFAULT_SAMPLER,
  seed: 0,
  batch: 4,
  face: 'largest' as const,
  outputFrame: 'crop' as const,
}

/** The parameters that settings make with a bundle, loaded or only looked at. */
export function sketchParameters(
  { manifest, dtype, device }: { manifest: Manifest; dtype: string; device: string },
  { style, optional = '', guidance: scales = {}, ...chosen }: SketchSettings,
): SketchParameters {
  const all = { crop: defaultCrop(manifest), steps: manifest.steps, ...defaults, ...defined(chosen) }
  const { sampler, steps, seed, batch, crop, face, outputFrame } = all
  const guidance = { ...manifest.guidance, ...defined(scales) }
  const { weightsId, resolution } = manifest
  return {
    ...{ style: style?.hash ?? null, optional, sampler, steps, guidance, seed, batch },
    ...{ crop, face, outputFrame, weightsId, resolution, dtype, device },
  }
}

/** SHA-256 of all that changes the picture: batch and device may come and go. */
export function hashParameters({ batch, device, ...changing }: SketchParameters): string {
  return hashJson(changing)
}

/** Without the options that were passed as undefined. */
function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>
}
