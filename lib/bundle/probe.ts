/** One small call of every role when a bundle is opened: a module of a wrong shape is found here, not in a user's job. */
import { SilverpointError } from '../errors.js'
import { noGrad, type ScriptModule, scope, type Tensor, zeros } from '../torch/index.js'
import type { Placement } from './bundle.js'
import type { Manifest, Role } from './manifest.js'

interface Probe {
  inputs: Tensor[]
  /** Expected shape of each result. */
  outputs: number[][]
}

/** @throws BUNDLE_INVALID naming the role, and the shape expected and received. */
export const probeRole = (
  role: Role,
  module: ScriptModule,
  manifest: Manifest,
  placement: Placement,
): Promise<void> => scope(() => noGrad(() => check(role, module, probes(manifest, placement)[role]())))

async function check(role: Role, module: ScriptModule, { inputs, outputs }: Probe): Promise<void> {
  const results = module.call(outputs.length, ...inputs)
  for (const [index, wanted] of outputs.entries()) {
    let received: string
    try {
      received = `[${await (results[index] as Tensor).shape()}]`
    } catch (cause) {
      if ((cause as SilverpointError).code !== 'OPERATION_FAILED') throw cause
      received = `the failure "${(cause as Error).message}"`
    }
    if (received === `[${wanted}]`) continue
    throw new SilverpointError(
      'BUNDLE_INVALID',
      `Expected the role ${role} to give the shape [${wanted}] but received ${received}. bundle.json and the module do not belong together: export the bundle again.`,
    )
  }
}

function probes(manifest: Manifest, { device, dtype }: Placement): Record<Role, () => Probe> {
  const { kind, latents, text, image } = manifest
  // 16 latents across: what a UNet of four levels can halve three times.
  const side = 16
  const picture = [1, 3, side * latents.downscale, side * latents.downscale]
  const latent = [1, latents.channels, side, side]
  const sample = [1, (kind === 'instruct-pix2pix' ? 2 : 1) * latents.channels, side, side]
  const context = [1, text.tokens, text.width]
  const pooled = [1, text.width]
  const projected = [1, text.projection]
  const float = (shape: number[]) => zeros(shape, { device, dtype })
  const float32 = (shape: number[]) => zeros(shape, { device })
  const integer = (shape: number[]) => zeros(shape, { device, dtype: 'int64' })
  return {
    unet: () => ({ inputs: [float(sample), float32([1]), float(context)], outputs: [latent] }),
    vae_encode: () => ({ inputs: [float(picture)], outputs: [latent] }),
    vae_decode: () => ({ inputs: [float(latent)], outputs: [picture] }),
    text_embed: () => ({ inputs: [integer([1, 2])], outputs: [[1, 2, text.width]] }),
    text_encode: () => ({ inputs: [float(context), integer([1])], outputs: [context, pooled] }),
    text_project: () => ({ inputs: [float(pooled)], outputs: [projected] }),
    image_encode: () => ({ inputs: [float([1, 3, image.side, image.side])], outputs: [projected] }),
    manner: () => ({ inputs: [float32(picture), float32(picture)], outputs: [pooled] }),
  }
}
