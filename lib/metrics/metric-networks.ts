import { join } from 'node:path'
import { verifyFile } from '../bundle/files.js'
import { METRIC_ROLES, type MetricRole } from '../bundle/metric-roles.js'
import { readMetricsManifest } from '../bundle/metrics-manifest.js'
import type { Image } from '../data/image.js'
import { invalidArgument } from '../errors.js'
import type { Device } from '../torch/dtype.js'
import { loadModule, noGrad, type ScriptModule, scope, type Tensor, tensor } from '../torch/index.js'
import type { Features } from './features.js'
import { requireSameSize } from './grey.js'
import { type InceptionResize, inceptionInput } from './inception-input.js'
import { LPIPS_CHANNELS, type LpipsNetwork, lpips, lpipsInput } from './lpips.js'
import { unpublishedReason } from './published.js'

/**
 * The published networks of LPIPS and FID, of a metrics bundle (docs/metrics.md says how to export one). Owns them: free them by
 * `dispose()` or `using`.
 */
export class MetricNetworks {
  /** Of the roles that cannot be used: why. */
  readonly reasons: ReadonlyMap<MetricRole, string>
  readonly #modules: ReadonlyMap<MetricRole, ScriptModule>
  readonly #device: Device

  private constructor(
    reasons: ReadonlyMap<MetricRole, string>,
    modules: ReadonlyMap<MetricRole, ScriptModule>,
    device: Device,
  ) {
    this.reasons = reasons
    this.#modules = modules
    this.#device = device
  }

  /**
   * Opens the roles that are of the published weights, and no others.
   * @throws FILE_NOT_FOUND, BUNDLE_INVALID, or what LibTorch says of a module.
   */
  static async open(folder: string, device: Device): Promise<MetricNetworks> {
    const { roles } = await readMetricsManifest(folder)
    const reasons = new Map<MetricRole, string>()
    const modules = new Map<MetricRole, ScriptModule>()
    for (const role of METRIC_ROLES) {
      const entry = roles[role]
      const reason = entry ? unpublishedReason(role, entry.sources) : `the metrics bundle has no role ${role}`
      if (reason !== undefined) reasons.set(role, reason)
      if (!entry || reason !== undefined) continue
      await verifyFile(folder, entry)
      modules.set(role, await loadModule(join(folder, entry.file), { device }))
    }
    return new MetricNetworks(reasons, modules, device)
  }

  /** Those that can be used. */
  get roles(): MetricRole[] {
    return [...this.#modules.keys()]
  }

  /** Whether it can be used. */
  has(role: MetricRole): boolean {
    return this.#modules.has(role)
  }

  /**
   * LPIPS of two pictures: from 0 for equal ones, seldom above 1.
   * @throws INVALID_ARGUMENT for pictures of two sizes, and where the network can't be used; OPERATION_FAILED for smaller pictures
   * than it takes.
   */
  async lpips(net: LpipsNetwork, prediction: Image, truth: Image): Promise<number> {
    requireSameSize(prediction, truth)
    const layers = LPIPS_CHANNELS[net].length
    const [distance] = await noGrad(() =>
      scope(() => {
        const images = lpipsInput(batch([prediction, truth])).to({ device: this.#device })
        const outputs = this.#module(`lpips_${net}`).call(2 * layers, images)
        const of = (row: number) => outputs.slice(0, layers).map((values) => values.narrow(0, row, 1))
        return lpips(of(0), of(1), outputs.slice(layers))
      }),
    )
    return distance as number
  }

  /**
   * What FID's network says of a picture of any size: one row of 2048.
   * @throws INVALID_ARGUMENT where the network can't be used, and as inceptionInput.
   */
  async inception(picture: Image, resize: InceptionResize): Promise<Features> {
    const data = await noGrad(() =>
      scope(() => {
        const pixels = batch([inceptionInput(picture, resize)]).to({ device: this.#device })
        return this.#module('fid_inception').forward(pixels).toArray()
      }),
    )
    return { count: 1, width: data.length, data: data as Float32Array }
  }

  /** Frees the networks. */
  dispose(): void {
    for (const module of this.#modules.values()) module.dispose()
  }

  /** As dispose(), for `using`. */
  [Symbol.dispose](): void {
    this.dispose()
  }

  #module(role: MetricRole): ScriptModule {
    const module = this.#modules.get(role)
    if (module) return module
    throw invalidArgument(
      'metric network',
      'one that can be used',
      role,
      `It can't be: ${this.reasons.get(role)}.`,
    )
  }
}

/** Pictures of one size: [B, 3, H, W], on the CPU. */
function batch(pictures: readonly Image[]): Tensor {
  const { width, height } = pictures[0] as Image
  const data = new Float32Array(pictures.length * 3 * width * height)
  for (const [row, picture] of pictures.entries()) data.set(picture.data, row * 3 * width * height)
  return tensor(data, [pictures.length, 3, height, width])
}
