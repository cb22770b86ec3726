/** The published networks of LPIPS and FID, of a metrics bundle. */
import { join } from 'node:path'
import { verifyFile } from '../bundle/files.js'
import { METRIC_ROLES, type MetricRole } from '../bundle/metric-roles.js'
import { readMetricsManifest } from '../bundle/metrics-manifest.js'
import type { Image } from '../data/image.js'
import type { Device } from '../torch/dtype.js'
import { loadModule, noGrad, type ScriptModule, scope, type Tensor, tensor } from '../torch/index.js'
import type { Features } from './features.js'
import { type InceptionResize, inceptionInput } from './inception-input.js'
import { LPIPS_CHANNELS, type LpipsNetwork, lpips, lpipsInput } from './lpips.js'
import { unpublishedReason } from './published.js'

/** Owns its networks: free them by `dispose()` or `using`. */
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

  has(role: MetricRole): boolean {
    return this.#modules.has(role)
  }

  /** The distance of two pictures of one size. */
  async lpips(net: LpipsNetwork, prediction: Image, truth: Image): Promise<number> {
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

  /** What FID's network says of a picture of any size. */
  async inception(picture: Image, resize: InceptionResize): Promise<Features> {
    const data = await noGrad(() =>
      scope(() => {
        const pixels = batch([inceptionInput(picture, resize)]).to({ device: this.#device })
        return this.#module('fid_inception').forward(pixels).toArray()
      }),
    )
    return { count: 1, width: data.length, data: data as Float32Array }
  }

  dispose(): void {
    for (const module of this.#modules.values()) module.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #module(role: MetricRole): ScriptModule {
    return this.#modules.get(role) as ScriptModule
  }
}

/** Pictures of one size: [B, 3, H, W], on the CPU. */
function batch(pictures: readonly Image[]): Tensor {
  const { width, height } = pictures[0] as Image
  const data = new Float32Array(pictures.length * 3 * width * height)
  for (const [row, picture] of pictures.entries()) data.set(picture.data, row * 3 * width * height)
  return tensor(data, [pictures.length, 3, height, width])
}
