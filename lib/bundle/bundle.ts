/** A bundle in memory: the frozen networks of one model, opened and checked. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SilverpointError } from '../errors.js'
import { autoDtype } from '../torch/auto-dtype.js'
import type { Device, DType } from '../torch/dtype.js'
import { loadModule, open, resolveDevice, type ScriptModule } from '../torch/index.js'
import { packageRoot } from '../torch/native.js'
import { verifyFile } from './files.js'
import { ImageEncoder } from './image-encoder.js'
import { type Manifest, type RequiredRole, type Role, readManifest, roleOf, rolesOf } from './manifest.js'
import { Manner } from './manner.js'
import { probeRole } from './probe.js'
import { TextEncoder } from './text-encoder.js'
import { Tokenizer } from './tokenizer.js'
import { UNet } from './unet.js'
import { Vae } from './vae.js'

/** Where and in what a bundle's networks compute. */
export interface BundleOptions {
  /** `auto` (the default) takes the first GPU, or the CPU where there is none. */
  device?: Device | 'auto'
  /**
   * What the networks compute in; results are float32 whatever this is. `auto` (the default) is bfloat16 on a CPU with
   * instructions for it and on a GPU with units for it (compute capability 8.0), else float32.
   */
  dtype?: 'auto' | 'float32' | 'bfloat16' | 'float16'
  /** Threads that compute on the CPU, for all of the process. Default: as many as there are cores. */
  threads?: number
  /** Folder of the LibTorch to use before all others. */
  libtorch?: string
  /**
   * Gradients keep only what passes between sixteenths of each network, and compute the rest again when they need it: far less
   * memory for learning, in about half as much time again. Drawing stays as it is.
   */
  gradientCheckpointing?: boolean
}

export type Modules = Record<RequiredRole, ScriptModule> & { manner?: ScriptModule }

/** Where the networks run and what they compute in. */
export interface Placement {
  device: Device
  dtype: DType
}

/** The folder of the bundle that comes with silverpoint, which draws faces at 128 px. */
export const embeddedBundle = (): string => join(packageRoot(), 'models', 'embedded')

/**
 * Opens a bundle's folder; without one, the embedded bundle. Every file's SHA-256 is checked before LibTorch sees it:
 * TorchScript is code.
 * @throws FILE_NOT_FOUND, BUNDLE_INVALID, DEVICE_UNAVAILABLE, or what opening LibTorch throws.
 *
 * @example
 * ```ts
 * await using bundle = await loadBundle()
 * await using large = await loadBundle('ip2p', { device: 'cuda', dtype: 'bfloat16' })
 * ```
 */
export async function loadBundle(folder = embeddedBundle(), options: BundleOptions = {}): Promise<Bundle> {
  const manifest = await readManifest(folder)
  const { vocabulary, merges } = manifest.tokenizer
  const files = [vocabulary, merges, ...rolesOf(manifest).map((role) => roleOf(manifest, role))]
  await Promise.all(files.map((file) => verifyFile(folder, file)))
  await open(options)
  const { dtype: asked = 'auto' } = options
  const device = await resolveDevice(options.device ?? 'auto')
  const placement: Placement = { device, dtype: asked === 'auto' ? await autoDtype(device) : asked }
  const modules = await loadModules(folder, manifest, placement, options.gradientCheckpointing)
  const tokenizer = Tokenizer.fromFiles(
    await readFile(join(folder, vocabulary.file), 'utf8'),
    await readFile(join(folder, merges.file), 'utf8'),
    manifest.tokenizer,
    manifest.text.tokens,
  )
  return new Bundle(folder, manifest, placement, asked, modules, tokenizer)
}

async function loadModules(
  folder: string,
  manifest: Manifest,
  placement: Placement,
  checkpointed?: boolean,
): Promise<Modules> {
  const { device, dtype } = placement
  const modules: Partial<Record<Role, ScriptModule>> = {}
  try {
    for (const role of rolesOf(manifest)) {
      // Measures are taken in float32, as the training took them: LibTorch has no quantiles of less.
      const how = role === 'manner' ? { device } : { device, dtype, checkpointed, independentRows: true }
      const module = await loadRole(role, join(folder, roleOf(manifest, role).file), how)
      modules[role] = module
      await probeRole(role, module, manifest, placement)
      // The first, so that it is never there together with the others for nothing.
      if (role === 'image_encode') module.unload()
    }
  } catch (error) {
    for (const module of Object.values(modules)) module.dispose()
    throw error
  }
  return modules as Modules
}

async function loadRole(
  role: Role,
  path: string,
  how: Parameters<typeof loadModule>[1],
): Promise<ScriptModule> {
  try {
    return await loadModule(path, how)
  } catch (cause) {
    if ((cause as SilverpointError).code !== 'OPERATION_FAILED') throw cause
    throw new SilverpointError(
      'BUNDLE_INVALID',
      `Expected a TorchScript module for the role ${role} in ${path} but LibTorch says: ${(cause as Error).message}. Export the bundle again.`,
      { cause },
    )
  }
}

/**
 * The networks of one model and what belongs to them: what styles are learned and photos drawn with, by any number of
 * callers at a time. Free it by `dispose()` or `await using`. A worker thread loads its own.
 */
export class Bundle {
  /** Where it was read from. */
  readonly folder: string
  /** Its bundle.json. */
  readonly manifest: Manifest
  /** Where its networks run. */
  readonly device: Device
  /** What they compute in. */
  readonly dtype: DType
  /**
   * What it was asked to be.
   * @internal
   */
  readonly askedDtype: string
  /** @internal */
  readonly tokenizer: Tokenizer
  /** @internal */
  readonly unet: UNet
  /** @internal */
  readonly vae: Vae
  /** @internal */
  readonly text: TextEncoder
  /** @internal */
  readonly images: ImageEncoder
  /**
   * Of bundles that have it.
   * @internal
   */
  readonly manner: Manner | undefined
  readonly #modules: Modules

  /** @internal */
  constructor(
    folder: string,
    manifest: Manifest,
    placement: Placement,
    askedDtype: string,
    modules: Modules,
    tokenizer: Tokenizer,
  ) {
    this.folder = folder
    this.manifest = manifest
    this.device = placement.device
    this.dtype = placement.dtype
    this.askedDtype = askedDtype
    this.tokenizer = tokenizer
    this.unet = new UNet(modules.unet, placement)
    this.vae = new Vae(modules.vae_encode, modules.vae_decode, manifest.latents, placement)
    this.text = new TextEncoder(modules, tokenizer, placement)
    this.images = new ImageEncoder(modules.image_encode, manifest.image, placement)
    this.manner = modules.manner && new Manner(modules.manner)
    this.#modules = modules
  }

  /**
   * A role's module as it is.
   * @internal
   */
  module(role: RequiredRole): ScriptModule {
    return this.#modules[role]
  }

  /** Frees the networks. Not while they are in use: dispose of Sketchers first. */
  dispose(): void {
    for (const module of Object.values(this.#modules)) module.dispose()
  }

  /** For `await using`: as dispose(). */
  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose()
  }
}
