import { verifyBundle } from '../../bundle/files.js'
import { listBundles } from '../../bundle/list.js'
import type { MetricRole } from '../../bundle/metric-roles.js'
import { readAnyManifest, readMetricsManifest } from '../../bundle/metrics-manifest.js'
import { runExport, runMetricsExport, runReference } from '../../bundle/python.js'
import { checkAgainstDiffusers } from '../../diffusion/check-bundle.js'
import { invalidArgument } from '../../errors.js'
import { unpublishedReason } from '../../metrics/published.js'
import { interruptible } from '../interrupt.js'
import type { ModelOptions } from '../options.js'
import type { Output } from '../output.js'
import { openBundle } from './open-bundle.js'

interface ExportCliOptions {
  output: string
  clip?: string
  name?: string
  weights: string
  /** true: all of them. */
  metrics?: true | MetricRole[]
  weightsFrom?: string
}

export async function exportBundle(
  source: string | undefined,
  { output: folder, clip, name, weights, metrics, weightsFrom }: ExportCliOptions,
  output: Output,
): Promise<void> {
  if ((source === undefined) === (metrics === undefined))
    throw invalidArgument('export', 'a checkpoint or --metrics, one of them', source ?? 'neither')
  const { quiet } = output
  const bundle = await interruptible(output, (signal) =>
    source === undefined
      ? runMetricsExport({ output: folder, roles: rolesOf(metrics), weightsFrom, signal, quiet })
      : runExport(source, { output: folder, clip, name, weights, signal, quiet }),
  )
  output.result(bundle, { bundle })
}

const rolesOf = (metrics: ExportCliOptions['metrics']) => (metrics === true ? undefined : metrics)

interface CheckOptions extends ModelOptions {
  againstDiffusers?: string
  clip?: string
  size?: number
}

export async function checkBundle(
  folder: string | undefined,
  options: CheckOptions,
  output: Output,
): Promise<void> {
  if (folder !== undefined && (await readAnyManifest(folder)).kind === 'metrics')
    return checkMetrics(folder, output)
  await using bundle = await openBundle({ ...options, bundle: folder ?? options.bundle }, output)
  const files = await verifyBundle(bundle.folder)
  output.result(`${files} files as exported; every role gives the shapes it should`, { files })
  const { againstDiffusers: source, clip, size } = options
  if (!source) return
  const differences = await interruptible(output, (signal) =>
    runReference(source, { clip, size, signal, quiet: output.quiet }, (reference) =>
      checkAgainstDiffusers(bundle, reference),
    ),
  )
  for (const { what, difference, magnitude } of differences) {
    output.result(
      `${what}: max difference ${difference.toExponential(1)} (values up to ${magnitude.toPrecision(3)})`,
      { what, difference, magnitude },
    )
  }
}

/** Whether its files are as exported, and of what weights. */
async function checkMetrics(folder: string, output: Output): Promise<void> {
  const files = await verifyBundle(folder)
  output.result(`${files} files as exported`, { files })
  const { roles } = await readMetricsManifest(folder)
  for (const [role, { sources }] of Object.entries(roles)) {
    const reason = unpublishedReason(role as MetricRole, sources)
    output.result(
      reason === undefined ? `${role} is of the published weights` : `its scores stay blank: ${reason}`,
      { role, published: reason === undefined, reason },
    )
  }
}

export async function listAll(folders: string[], _options: unknown, output: Output): Promise<void> {
  for (const { folder, manifest, bytes } of await listBundles(folders)) {
    if (manifest.kind === 'metrics') {
      const roles = Object.keys(manifest.roles)
      output.result(`metrics  ${roles.join(', ')}  ${(bytes / 1e6).toFixed(1)} MB  ${folder}`, {
        ...{ folder, kind: manifest.kind, roles, bytes },
      })
      continue
    }
    const { name, kind, resolution, weightsId } = manifest
    output.result(
      `${name}  ${kind}  ${resolution} px  ${(bytes / 1e6).toFixed(1)} MB  ${weightsId.slice(0, 12)}  ${folder}`,
      { folder, name, kind, resolution, weightsId, bytes },
    )
  }
}
