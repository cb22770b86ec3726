/** Which weights the field's names stand for. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MetricRole } from '../bundle/metric-roles.js'
import type { Source } from '../bundle/metrics-manifest.js'
import { packageRoot } from '../torch/native.js'

/** The published files of each role, which the exporter looks for by the same table. */
function publishedSources(role: MetricRole): Source[] {
  const path = join(packageRoot(), 'models', 'export', 'published-weights.json')
  return JSON.parse(readFileSync(path, 'utf8'))[role]
}

/** Why what a role measures may not bear the metric's name: what it was exported of is not what was published. */
export function unpublishedReason(role: MetricRole, sources: readonly Source[]): string | undefined {
  for (const { file, sha256 } of publishedSources(role)) {
    const used = sources.find((source) => source.file === file)
    if (!used) return `${role} was not exported of the published ${file}`
    if (used.sha256 !== sha256)
      return `${role} was exported of another ${file} (${used.sha256.slice(0, 8)}) than the published one (${sha256.slice(0, 8)})`
  }
  return undefined
}
