/**
 * Dual classifier-free guidance of InstructPix2Pix (Brooks et al., 2211.09800, Eq. 3):
 * e = e_uncond + text (e_text - e_image) + image (e_image - e_uncond). Linear with weights that sum to 1, so it holds for
 * epsilon, v and sample predictions alike.
 */
import { invalidArgument } from '../errors.js'
import { cat, op, type Tensor, zerosLike } from '../torch/index.js'
import { weightedSum } from './weighted-sum.js'

/** How strongly the instruction and the photo guide: 1 follows each as learned, more exaggerates it. */
export interface Guidance {
  /** Of the instruction. */
  text: number
  /** Of the photo. */
  image: number
  /**
   * Of all steps, which are guided: from this fraction of them on. The others take one branch, and a third of the time where three
   * guide; without guidance in the noisiest steps drawings vary more (Kynkäänniemi et al., 2404.07724). Default 0.
   */
  start?: number
  /** Up to this fraction of them: the last steps change details alone. Default 1. */
  stop?: number
}

/** A prediction from instruction and photo, from the photo alone, or from neither; and its weight in the guided one. */
export interface Branch {
  readonly branch: 'text' | 'image' | 'uncond'
  readonly coefficient: number
}

/** What the network sees, before it is spread over branches. Row b belongs to photo b. */
export interface BranchRows {
  /** [B, C, h, w], scaled as the sampler says. */
  latents: Tensor
  /** [B, C, h, w], not scaled. */
  photoLatents: Tensor
  /** [B, tokens, width]: the instruction. */
  context: Tensor
  /** [B, tokens, width]: the negative text, of the branches without instruction. */
  negative: Tensor
  /** One for all, or [B]. */
  timestep: number | Tensor
}

/** One branch: what the network predicts of instruction and photo. */
export const UNGUIDED = { text: 1, image: 1 }

/** The branches of a step, rounded as diffusers' guiders do it. @param step from 0. */
export function branchesOfStep(guidance: Guidance, step: number, steps: number): Branch[] {
  const { start = 0, stop = 1 } = guidance
  for (const [what, fraction] of Object.entries({ start, stop })) {
    if (!(fraction >= 0 && fraction <= 1))
      throw invalidArgument(`guidance ${what}`, 'a number from 0 to 1', fraction)
  }
  const guided = branchCoefficients(guidance)
  const within = step >= Math.trunc(start * steps) && step < Math.trunc(stop * steps)
  return within ? guided : branchCoefficients(UNGUIDED)
}

/** The branches that the guided prediction needs, in the order [text, image, uncond]: those of weight 0 are left out. */
export function branchCoefficients({ text, image }: Pick<Guidance, 'text' | 'image'>): Branch[] {
  for (const [what, scale] of Object.entries({ text, image })) {
    if (!Number.isFinite(scale)) throw invalidArgument(`${what} guidance`, 'a finite number', scale)
  }
  const branches: Branch[] = [
    { branch: 'text', coefficient: text },
    { branch: 'image', coefficient: image - text },
    { branch: 'uncond', coefficient: 1 - image },
  ]
  return branches.filter(({ coefficient }) => coefficient !== 0)
}

/** The network's inputs for all branches in one batch: [n*B, ...], all rows of the first branch first. */
export function branchInputs(
  { latents, photoLatents, context, negative, timestep }: BranchRows,
  branches: readonly Branch[],
): { sample: Tensor; timestep: Tensor; context: Tensor } {
  const noPhoto = zerosLike(photoLatents)
  const photos = branches.map(({ branch }) => (branch === 'uncond' ? noPhoto : photoLatents))
  const contexts = branches.map(({ branch }) => (branch === 'text' ? context : negative))
  const rows = zerosLike(latents.select(3, 0).select(2, 0).select(1, 0))
    .to({ dtype: 'float32' })
    .add(timestep)
  const repeated = (tensor: Tensor) => cat(branches.map(() => tensor))
  return {
    sample: cat([repeated(latents), cat(photos)], 1),
    timestep: repeated(rows),
    context: cat(contexts),
  }
}

/** The guided prediction [B, ...] of the branches' predictions [n*B, ...]. */
export function combine(predicted: Tensor, branches: readonly Branch[]): Tensor {
  const parts = op('aten::chunk', '', [predicted, branches.length, 0], branches.length)
  return weightedSum(parts.map((part, i) => [part, (branches[i] as Branch).coefficient]))
}
