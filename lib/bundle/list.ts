import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readFailure } from '../data/read-file.js'
import { embeddedBundle } from './bundle.js'
import { filesOf } from './files.js'
import type { Manifest } from './manifest.js'
import { type MetricsManifest, readAnyManifest } from './metrics-manifest.js'

export interface Listed {
  folder: string
  manifest: Manifest | MetricsManifest
  /** Of all files together. */
  bytes: number
}

/** The embedded bundle and whatever bundles the folders are or hold. */
export async function listBundles(folders: readonly string[]): Promise<Listed[]> {
  const found = [embeddedBundle(), ...(await Promise.all(folders.map(bundlesIn))).flat()]
  return Promise.all(
    found.filter(isBundle).map(async (folder) => {
      const manifest = await readAnyManifest(folder)
      return { folder, manifest, bytes: filesOf(manifest).reduce((sum, { bytes }) => sum + bytes, 0) }
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
