import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readFailure } from '../data/read-file.js'
import { embeddedBundle } from './bundle.js'
import { type Manifest, readManifest } from './manifest.js'

export interface Listed {
  folder: string
  manifest: Manifest
  /** Of all files together. */
  bytes: number
}

/** The embedded bundle and whatever bundles the folders are or hold. */
export async function listBundles(folders: readonly string[]): Promise<Listed[]> {
  const found = [embeddedBundle(), ...(await Promise.all(folders.map(bundlesIn))).flat()]
  return Promise.all(
    found.filter(isBundle).map(async (folder) => {
      const manifest = await readManifest(folder)
      const { vocabulary, merges } = manifest.tokenizer
      const files = [vocabulary, merges, ...Object.values(manifest.roles)]
      return { folder, manifest, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) }
    }),
  )
}

async function bundlesIn(folder: string): Promise<string[]> {
  if (isBundle(folder)) return [folder]
  try {
    return (await readdir(folder)).sort().map((name) => join(folder, name))
  } catch (cause) {
    throw readFailure(folder, cause as NodeJS.ErrnoException)
  }
}

const isBundle = (folder: string): boolean => existsSync(join(folder, 'bundle.json'))
