import type { Bundle } from '../../bundle/bundle.js'
import { MetricNetworks } from '../../metrics/metric-networks.js'
import type { MetricsOptions } from '../options.js'
import type { Output } from '../output.js'

/** Opens the metrics bundle that the options name, beside a bundle, saying what of it can be used. */
export async function openNetworks(
  { metricsBundle: folder }: MetricsOptions,
  { device }: Bundle,
  output: Output,
): Promise<MetricNetworks | undefined> {
  if (folder === undefined) return undefined
  const networks = await MetricNetworks.open(folder, device)
  output.note(`metric networks: ${networks.roles.join(', ') || 'none'}`)
  return networks
}
