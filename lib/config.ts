/** Every environment variable silverpoint reads, in one place. */
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Folder of a LibTorch to use before all others (after an explicit option). */
export const libtorchFolders = (): { name: string; folder: string }[] =>
  ['SILVERPOINT_LIBTORCH', 'LIBTORCH'].flatMap((name) => {
    const folder = process.env[name]
    return folder ? [{ name, folder }] : []
  })

/** Where `silverpoint libtorch install` puts LibTorch: SILVERPOINT_CACHE, else the user's cache folder. */
export function cacheFolder(): string {
  if (process.env.SILVERPOINT_CACHE) return process.env.SILVERPOINT_CACHE
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(base, 'silverpoint')
}

/** The Python whose torch may be used, and whose pip fetches LibTorch. */
export const python = (): string => process.env.SILVERPOINT_PYTHON || 'python3'

/** libgomp's busy waiting makes two threads a hundred times slower beside any other load: keep it short. */
export function quietOpenMp(): void {
  process.env.GOMP_SPINCOUNT ??= '1000'
}
