/** One small call of every role when a bundle is opened: a module of a wrong shape is found here, not in a user's job. */
import { SilverpointError } from '../errors.js'
import { type ScriptModule, scope, type Tensor, zeros } from '../torch/index.js'
import type { Modules, Placement } from './bundle.js'
import { type Manifest, type Role, rolesOf } from './manifest.js'

interface Probe {
  role: Role
  inputs: Tensor[]
  /** Expected shape of each result. */
  outputs: number[][]
}

/** @throws BUNDLE_INVALID naming the role, and the shape expected and received. */
export async function probeRoles(manifest: Manifest, placement: Placement, modules: Modules): Promise<void> {
  await scope(async () => {
    for (const probe of probes(manifest, placement)) await check(probe, modules)
  })
}

async function check({ role, inputs, outputs }: Probe, modules: Modules): Promise<void> {
  const results = (modules[role] as ScriptModule).call(outputs.length, ...inputs)
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

function probes(manifest: Manifest, { device, dtype }: Placement): Probe[] {
  const { kind, latents, text, image } = manifest
  // 16 latents across: what a UNet of four levels can halve three times.
  const side = 16
  const picture = [1, 3, side * latents.downscale, side * latents.downscale]
  const latent = [1, latents.channels, side, side]
  const sample = [1, (kind === 'instruct-pix2pix' ? 2 : 1) * latents.channels, side, side]
  const context = [1, text.tokens, text.width]
  const float = (shape: number[]) => zeros(shape, { device, dtype })
  const integer = (shape: number[]) => zeros(shape, { device, dtype: 'int64' })
  const measured = zeros(picture, { device })
  const all: Probe[] = [
    {
      role: 'unet',
      inputs: [float(sample), zeros([1], { device }), float(context)],
      outputs: [latent],
    },
    { role: 'vae_encode', inputs: [float(picture)], outputs: [latent] },
    { role: 'vae_decode', inputs: [float(latent)], outputs: [picture] },
    { role: 'text_embed', inputs: [integer([1, 2])], outputs: [[1, 2, text.width]] },
    { role: 'text_encode', inputs: [float(context), integer([1])], outputs: [context, [1, text.width]] },
    { role: 'text_project', inputs: [float([1, text.width])], outputs: [[1, text.projection]] },
    {
      role: 'image_encode',
      inputs: [float([1, 3, image.side, image.side])],
      outputs: [[1, text.projection]],
    },
    { role: 'manner', inputs: [measured, measured], outputs: [[1, text.width]] },
  ]
  const present = rolesOf(manifest)
  return all.filter(({ role }) => present.includes(role))
}
