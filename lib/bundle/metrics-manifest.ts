/** bundle.json of a metrics bundle: the networks of LPIPS and FID, which draw nothing. */
import { join } from 'node:path'
import * as v from 'valibot'
import { parseJsonAs, sha256 } from '../data/schema.js'
import { SilverpointError } from '../errors.js'
import { invalidManifest, type Manifest, parseManifest, RoleSchema, readBundleJson } from './manifest.js'
import { METRIC_ROLES } from './metric-roles.js'

/** A file of weights that a role was exported of: its published name, and its own SHA-256. */
const Source = v.object({ file: v.string(), sha256 })

const MetricsManifest = v.object({
  format: v.literal('silverpoint-bundle'),
  version: v.literal(1),
  kind: v.literal('metrics'),
  roles: v.record(
    v.picklist(METRIC_ROLES),
    v.object({ ...RoleSchema.entries, sources: v.pipe(v.array(Source), v.minLength(1)) }),
  ),
  /** Versions of the Python packages that exported it. */
  source: v.record(v.string(), v.string()),
})

export type Source = v.InferOutput<typeof Source>
export type MetricsManifest = v.InferOutput<typeof MetricsManifest>

/** @throws FILE_NOT_FOUND, BUNDLE_INVALID */
export async function readMetricsManifest(folder: string): Promise<MetricsManifest> {
  const text = await readBundleJson(folder)
  const path = join(folder, 'bundle.json')
  if (isMetricsManifest(text)) return parseMetricsManifest(text, path)
  throw new SilverpointError(
    'BUNDLE_INVALID',
    `Expected a metrics bundle but ${path} is of another kind. Make one with: silverpoint bundle export --metrics`,
  )
}

function parseMetricsManifest(text: string, path: string): MetricsManifest {
  const { value, misfit } = parseJsonAs(MetricsManifest, text)
  if (misfit) throw invalidManifest(path, misfit)
  return value
}

/** Of a bundle of whatever kind. @throws FILE_NOT_FOUND, BUNDLE_INVALID */
export async function readAnyManifest(folder: string): Promise<Manifest | MetricsManifest> {
  const text = await readBundleJson(folder)
  const path = join(folder, 'bundle.json')
  return isMetricsManifest(text) ? parseMetricsManifest(text, path) : parseManifest(text, path)
}

const isMetricsManifest = (text: string): boolean =>
  parseJsonAs(v.object({ kind: v.literal('metrics') }), text).value !== undefined
