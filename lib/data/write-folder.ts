import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { SilverpointError } from '../errors.js'
import { removeTemporaries } from './temporaries.js'
import { temporaryBeside, writeFailed } from './write-file.js'

/**
 * Makes a folder with all that `fill` puts into it or none of it: beside its place first, then renamed. What a killed run left of
 * making it is removed.
 * @throws WRITE_FAILED where something is at `path` already, and whatever `fill` throws.
 */
export async function writeFolderAtomically(
  path: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  await requireFree(path)
  const place = resolve(path)
  const temporary = temporaryBeside(place)
  await removeTemporaries([place])
  try {
    await inPlace(path, async () => {
      await mkdir(dirname(place), { recursive: true })
      await mkdir(temporary)
    })
    await fill(temporary)
    await inPlace(path, async () => {
      await rmdir(path).catch(() => {})
      await rename(temporary, path)
    })
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw error
  }
}

/** An empty folder may be there. */
async function requireFree(path: string): Promise<void> {
  const names = await readdir(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return []
    throw writeFailed(path, cause)
  })
  if (names.length === 0) return
  throw new SilverpointError(
    'WRITE_FAILED',
    `Expected to make the folder ${path} but it is there, with something in it. Move it away or choose another.`,
  )
}

async function inPlace(path: string, action: () => Promise<void>): Promise<void> {
  await action().catch((cause) => {
    throw writeFailed(path, cause)
  })
}
