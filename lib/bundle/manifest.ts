/** bundle.json: what a bundle holds, and the shapes everything else relies on. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { type Misfit, parseJsonAs, sha256 } from '../data/schema.js'
import { SilverpointError } from '../errors.js'

const count = v.pipe(v.number(), v.safeInteger('a whole number'), v.minValue(1))
/** Of a side, of a number of channels or tokens: a damaged one must not ask for all the memory there is. */
const size = v.pipe(count, v.maxValue(2 ** 20))
const finite = v.pipe(v.number(), v.finite('a finite number'))
const positive = v.pipe(finite, v.gtValue(0))
const tokenId = v.pipe(v.number(), v.safeInteger('a whole number'), v.minValue(0))

/** A file inside the bundle's folder. */
const FileEntry = v.object({
  // No separators: a bundle never names files outside its own folder.
  file: v.pipe(v.string(), v.regex(/^(?!\.)[\w.-]+$/, 'a plain file name')),
  sha256,
  bytes: count,
})

export const RoleSchema = v.object({
  ...FileEntry.entries,
  format: v.literal('torchscript'),
  /** The module's arguments and results, in order; taps are results with names of their own. */
  inputs: v.array(v.string()),
  outputs: v.pipe(v.array(v.string()), v.minLength(1)),
})

const Manifest = v.object({
  format: v.literal('silverpoint-bundle'),
  version: v.literal(1),
  // Before the name: where a bundle of another kind comes, that is what is wrong with it.
  kind: v.picklist(['instruct-pix2pix', 'text-to-image']),
  name: v.string(),
  /** How strongly instruction and photo guide unless a user says otherwise. */
  guidance: v.object({ text: finite, image: finite }),
  /** Calls of the network a photo, unless a user says otherwise. */
  steps: size,
  /** SHA-256 of the source's weights: what styles bind to. */
  weightsId: sha256,
  /** Side in px that the model draws at. */
  resolution: size,
  latents: v.object({ channels: size, downscale: size, scalingFactor: positive }),
  text: v.object({
    tokens: v.pipe(size, v.minValue(3)),
    width: size,
    vocabulary: size,
    projection: size,
  }),
  /** What the image encoder takes. */
  image: v.object({
    side: size,
    mean: v.pipe(v.array(finite), v.length(3)),
    std: v.pipe(v.array(positive), v.length(3)),
  }),
  schedule: v.object({
    timesteps: size,
    betaSchedule: v.picklist(['linear', 'scaled_linear', 'squaredcos_cap_v2']),
    betaStart: positive,
    betaEnd: positive,
    predictionType: v.picklist(['epsilon', 'v_prediction', 'sample']),
  }),
  tokenizer: v.object({
    vocabulary: FileEntry,
    merges: FileEntry,
    bos: tokenId,
    eos: tokenId,
    pad: tokenId,
  }),
  roles: v.record(v.string(), RoleSchema),
  source: v.object({
    name: v.string(),
    torch: v.string(),
    diffusers: v.string(),
    transformers: v.string(),
    storedAs: v.picklist(['float32', 'float16', 'bfloat16']),
  }),
})

/** A file inside the bundle's folder. */
export interface FileEntry {
  /** Its name. */
  file: string
  /** In hexadecimal. */
  sha256: string
  /** Its length. */
  bytes: number
}

/** A network, as a TorchScript module. */
export interface RoleEntry extends FileEntry {
  format: 'torchscript'
  /** Names of the module's arguments, in order. */
  inputs: string[]
  /** Names of its results, in order. */
  outputs: string[]
}

/** What a bundle holds: its bundle.json. */
export interface Manifest {
  format: 'silverpoint-bundle'
  version: 1
  kind: 'instruct-pix2pix' | 'text-to-image'
  name: string
  /** How strongly instruction and photo guide unless a user says otherwise. */
  guidance: { text: number; image: number }
  /** Calls of the network a photo, unless a user says otherwise. */
  steps: number
  /** SHA-256 of the source's weights: what styles bind to. */
  weightsId: string
  /** Side in px that the model draws at. */
  resolution: number
  /** Of the autoencoder: `downscale` px a latent, and what latents are multiplied by for the network. */
  latents: { channels: number; downscale: number; scalingFactor: number }
  /** Rows and columns of an instruction, words of the tokenizer, and how long the text's part of CLIP's space is. */
  text: { tokens: number; width: number; vocabulary: number; projection: number }
  /** What the image encoder takes: its side in px, and what pixels in [0, 1] are normalised by. */
  image: { side: number; mean: number[]; std: number[] }
  /** The noise schedule, as diffusers' configuration. */
  schedule: {
    timesteps: number
    betaSchedule: 'linear' | 'scaled_linear' | 'squaredcos_cap_v2'
    betaStart: number
    betaEnd: number
    predictionType: 'epsilon' | 'v_prediction' | 'sample'
  }
  /** CLIP's files, and the ids of the tokens for beginning, end and padding. */
  tokenizer: { vocabulary: FileEntry; merges: FileEntry; bos: number; eos: number; pad: number }
  /** Networks by what they are for, such as `unet` or `vae_decode`. */
  roles: Record<string, RoleEntry>
  /** What it was exported of, by which versions, and the dtype the modules are stored in. */
  source: {
    name: string
    torch: string
    diffusers: string
    transformers: string
    storedAs: 'float32' | 'float16' | 'bfloat16'
  }
}

/** In the order that they are opened in. */
export const REQUIRED_ROLES = [
  'image_encode',
  'unet',
  'vae_encode',
  'vae_decode',
  'text_embed',
  'text_encode',
  'text_project',
] as const
export type RequiredRole = (typeof REQUIRED_ROLES)[number]
/** `manner`: of bundles trained with it laid into their texts. */
export type Role = RequiredRole | 'manner'

/** The roles that a bundle has. */
export const rolesOf = ({ roles }: Manifest): Role[] =>
  Object.hasOwn(roles, 'manner') ? [...REQUIRED_ROLES, 'manner'] : [...REQUIRED_ROLES]

/** A role that it has, which parseManifest has seen to. */
export const roleOf = ({ roles }: Manifest, role: Role): RoleEntry => roles[role] as RoleEntry

/** Reads and checks a bundle's bundle.json. */
export async function readManifest(folder: string): Promise<Manifest> {
  return parseManifest(await readBundleJson(folder), join(folder, 'bundle.json'))
}

/** The text of a bundle's bundle.json, of whatever kind. @throws FILE_NOT_FOUND */
export async function readBundleJson(folder: string): Promise<string> {
  try {
    return await readFile(join(folder, 'bundle.json'), 'utf8')
  } catch (cause) {
    throw new SilverpointError(
      'FILE_NOT_FOUND',
      `Expected a bundle (a folder with bundle.json) but found none in ${folder}. Make one with: silverpoint bundle export`,
      { cause },
    )
  }
}

export function parseManifest(text: string, path: string): Manifest {
  const { value, misfit } = parseJsonAs(Manifest, text)
  if (misfit) throw invalidManifest(path, misfit)
  const missing = REQUIRED_ROLES.filter((role) => !Object.hasOwn(value.roles, role))
  if (missing.length === 0) return value
  const wanted = `the roles ${REQUIRED_ROLES.join(', ')}`
  throw invalidManifest(path, { wanted, got: `no ${missing.join(', ')}` })
}

export function invalidManifest(path: string, { wanted, got }: Misfit): SilverpointError {
  return new SilverpointError(
    'BUNDLE_INVALID',
    `Expected ${wanted} in ${path} but received ${got}. Export the bundle again.`,
  )
}
