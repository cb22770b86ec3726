/** The metrics that need a published network, and why they stay blank without it. */
import type { MetricRole } from '../bundle/metric-roles.js'
import { factsOf, type MetricName, type Reasons } from './catalogue.js'
import type { MetricNetworks } from './metric-networks.js'

/** Roles of a metrics bundle, by metric. */
const ROLES = {
  'lpips-alex': 'lpips_alex',
  'lpips-vgg': 'lpips_vgg',
  'lpips-squeeze': 'lpips_squeeze',
  fid: 'fid_inception',
  'fid-clean': 'fid_inception',
  kid: 'fid_inception',
} as const satisfies Partial<Record<MetricName, MetricRole>>

/** Why metrics of a picture, and those of a set, cannot be taken. */
export function networkReasons(networks: MetricNetworks | undefined): Record<'picture' | 'set', Reasons> {
  const reasons: Record<'picture' | 'set', Reasons> = { picture: {}, set: {} }
  for (const [metric, role] of Object.entries(ROLES) as [keyof typeof ROLES, MetricRole][]) {
    const reason = networks ? networks.reasons.get(role) : `needs the role ${role} of a metrics bundle`
    if (reason !== undefined) reasons[factsOf(metric).of][metric] = reason
  }
  return reasons
}
