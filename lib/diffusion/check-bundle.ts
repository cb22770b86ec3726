/** A bundle against the diffusers checkpoint it was made of: every role, and one whole image. */
import type { Bundle } from '../bundle/bundle.js'
import { REQUIRED_ROLES, type RequiredRole, roleOf } from '../bundle/manifest.js'
import { readSafetensors, type SafetensorsFile } from '../data/safetensors.js'
import { fromStored } from '../data/stored-tensor.js'
import { SilverpointError } from '../errors.js'
import { noGrad, scope, type Tensor } from '../torch/index.js'
import { generate } from './generate.js'
import { NoiseSchedule } from './noise-schedule.js'
import { createSampler, type SamplerName } from './samplers/index.js'

export interface Difference {
  /** A role's result, or `image`. */
  what: string
  /** Largest absolute difference. */
  difference: number
  /** Largest absolute value expected. */
  magnitude: number
}

/**
 * @param path what models/export/reference.py wrote for the checkpoint.
 * @throws BUNDLE_INVALID where the checkpoint's weights are not the bundle's.
 */
export async function checkAgainstDiffusers(bundle: Bundle, path: string): Promise<Difference[]> {
  const reference = await readSafetensors(path)
  const { weightsId } = bundle.manifest
  if (reference.metadata.weights_id !== weightsId) {
    throw new SilverpointError(
      'BUNDLE_INVALID',
      `Expected the checkpoint that the bundle was made of (weights ${weightsId.slice(0, 12)}) but received one with ${reference.metadata.weights_id?.slice(0, 12)}. Name the right checkpoint, or export the bundle again.`,
    )
  }
  const differences: Difference[] = []
  for (const role of REQUIRED_ROLES) differences.push(...(await checkRole(bundle, role, reference)))
  differences.push(await checkImage(bundle, reference))
  return differences
}

async function checkRole(
  bundle: Bundle,
  role: RequiredRole,
  reference: SafetensorsFile,
): Promise<Difference[]> {
  const { inputs, outputs } = roleOf(bundle.manifest, role)
  return scope(async () => {
    const results = noGrad(() =>
      bundle
        .module(role)
        .call(
          outputs.length,
          ...inputs.map((name) => place(bundle, name, load(reference, `${role}.input.${name}`))),
        ),
    )
    return Promise.all(
      outputs.map((name, index) =>
        compare(`${role} ${name}`, results[index] as Tensor, load(reference, `${role}.output.${name}`)),
      ),
    )
  })
}

/** The whole way: VAE, text, guidance, sampler, VAE. */
async function checkImage(bundle: Bundle, reference: SafetensorsFile): Promise<Difference> {
  const { prompt = '', sampler, steps, guidance_scale, image_guidance_scale } = reference.metadata
  const schedule = new NoiseSchedule(bundle.manifest.schedule, bundle.device)
  return scope(async () => {
    const { device } = bundle
    const noise = load(reference, 'image.input.noise').to({ device })
    const image = noGrad(() => {
      const latents = generate(
        bundle.unet,
        createSampler(sampler as SamplerName, schedule, Number(steps)),
        { text: Number(guidance_scale), image: Number(image_guidance_scale) },
        {
          photoLatents: bundle.vae.mode(load(reference, 'image.input.photo').to({ device })),
          context: bundle.text.encode(prompt).context,
          negative: bundle.text.encode('').context,
          noise: () => noise,
        },
      )
      return bundle.vae.decode(latents)
    })
    return compare('image', image, load(reference, 'image.output.image'))
  })
}

async function compare(what: string, got: Tensor, wanted: Tensor): Promise<Difference> {
  const difference = await got.to({ dtype: 'float32', device: 'cpu' }).sub(wanted).abs().amax().item()
  return { what, difference, magnitude: await wanted.abs().amax().item() }
}

function load({ tensors }: SafetensorsFile, name: string): Tensor {
  return fromStored(tensors[name] as SafetensorsFile['tensors'][string])
}

/** Where and as what a role takes the input: ids and positions stay whole numbers, timesteps float32. */
function place({ device, dtype }: Bundle, name: string, value: Tensor): Tensor {
  if (name === 'ids' || name === 'eos') return value.to({ device })
  return value.to({ device, dtype: name === 'timestep' ? 'float32' : dtype })
}
