/** Checking a bundle's files against the sums its bundle.json gives. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SilverpointError } from '../errors.js'
import { type FileEntry, readManifest } from './manifest.js'

/**
 * Reads a file of the bundle whose SHA-256 is as bundle.json says.
 * @throws BUNDLE_INVALID where it is missing, or not the file that was exported.
 */
export async function verifyFile(folder: string, entry: FileEntry): Promise<Buffer> {
  const path = join(folder, entry.file)
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (cause) {
    throw new SilverpointError(
      'BUNDLE_INVALID',
      `Expected the file ${path}, which bundle.json names, but could not read it: ${(cause as Error).message}. Export the bundle again.`,
      { cause },
    )
  }
  const sum = createHash('sha256').update(bytes).digest('hex')
  if (sum === entry.sha256) return bytes
  throw new SilverpointError(
    'BUNDLE_INVALID',
    `Expected ${entry.bytes} bytes with SHA-256 ${entry.sha256} in ${path} but received ${bytes.length} bytes with ${sum}. The file was damaged or changed: export or download the bundle again, and do not open TorchScript from a source you do not trust.`,
  )
}

/** Checks every file that bundle.json names, those of optional roles too. @returns how many there are. */
export async function verifyBundle(folder: string): Promise<number> {
  const { tokenizer, roles } = await readManifest(folder)
  const entries = [tokenizer.vocabulary, tokenizer.merges, ...Object.values(roles)]
  for (const entry of entries) await verifyFile(folder, entry)
  return entries.length
}
