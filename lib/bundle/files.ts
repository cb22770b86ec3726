/** Checking a bundle's files against the sums its bundle.json gives. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { SilverpointError } from '../errors.js'
import type { FileEntry, Manifest } from './manifest.js'
import { type MetricsManifest, readAnyManifest } from './metrics-manifest.js'

const CHUNK = 1 << 20

/**
 * Checks that a file of the bundle is the one that was exported. Streams: modules may be of several GB.
 * @throws BUNDLE_INVALID where it is missing, or its SHA-256 is not what bundle.json says.
 */
export async function verifyFile(folder: string, entry: FileEntry): Promise<void> {
  const path = join(folder, entry.file)
  const digest = createHash('sha256')
  let bytes = 0
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) {
      digest.update(chunk)
      bytes += chunk.length
    }
  } catch (cause) {
    throw new SilverpointError(
      'BUNDLE_INVALID',
      `Expected the file ${path}, which bundle.json names, but could not read it: ${(cause as Error).message}. Export the bundle again.`,
      { cause },
    )
  }
  const sum = digest.digest('hex')
  if (sum === entry.sha256) return
  throw new SilverpointError(
    'BUNDLE_INVALID',
    `Expected ${entry.bytes} bytes with SHA-256 ${entry.sha256} in ${path} but received ${bytes} bytes with ${sum}. The file was damaged or changed: export or download the bundle again, and do not open TorchScript from a source you do not trust.`,
  )
}

/** Every file that bundle.json names, those of optional roles too. */
export function filesOf(manifest: Manifest | MetricsManifest): FileEntry[] {
  const roles = Object.values(manifest.roles)
  if (manifest.kind === 'metrics') return roles
  return [manifest.tokenizer.vocabulary, manifest.tokenizer.merges, ...roles]
}

/** Checks every file of a bundle. @returns how many there are. */
export async function verifyBundle(folder: string): Promise<number> {
  const entries = filesOf(await readAnyManifest(folder))
  for (const entry of entries) await verifyFile(folder, entry)
  return entries.length
}
