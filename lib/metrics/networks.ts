/** The metrics that need a published network, and why they stay blank without it. */
import type { Manifest } from '../bundle/manifest.js'
import { factsOf, type MetricName, type Reasons } from './catalogue.js'

/** Roles of a bundle, by metric. */
const ROLES = {
  'lpips-alex': 'lpips_alex',
  'lpips-vgg': 'lpips_vgg',
  'lpips-squeeze': 'lpips_squeeze',
  fid: 'fid_inception',
  'fid-clean': 'fid_inception',
  kid: 'fid_inception',
} as const satisfies Partial<Record<MetricName, string>>

/** Why metrics of a picture, and those of a set, cannot be taken with a bundle. */
export function networkReasons({ name, roles }: Manifest): Record<'picture' | 'set', Reasons> {
  const reasons: Record<'picture' | 'set', Reasons> = { picture: {}, set: {} }
  for (const [metric, role] of Object.entries(ROLES) as [keyof typeof ROLES, string][]) {
    if (Object.hasOwn(roles, role)) continue
    reasons[factsOf(metric).of][metric] = `the bundle ${name} has no role ${role}`
  }
  return reasons
}
