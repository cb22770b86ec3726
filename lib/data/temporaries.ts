import { readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { temporaryStem, writeFailed } from './write-file.js'

/** Nothing is written for so long, in ms. */
const DEAD = 3_600_000
const TEMPORARY = /^(\.silverpoint-[0-9a-f]{16})-[0-9a-f-]{36}\.tmp$/

/**
 * Removes what killed runs left of writing these files or folders: their temporary ones, and beside them those of any other
 * that are too old to be written still.
 * @throws WRITE_FAILED.
 */
export async function removeTemporaries(paths: readonly string[]): Promise<void> {
  const own = new Set(paths.map(temporaryStem))
  for (const folder of new Set(paths.map((path) => dirname(path)))) {
    for (const name of await readdir(folder).catch(() => [])) {
      const [, stem] = TEMPORARY.exec(name) ?? []
      if (stem === undefined) continue
      const path = join(folder, name)
      if (own.has(join(folder, stem)) || (await age(path)) > DEAD) await remove(path)
    }
  }
}

async function remove(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true })
  } catch (cause) {
    throw writeFailed(path, cause as NodeJS.ErrnoException)
  }
}

/** Since it, or anything in a folder of it, was written: in ms; 0 where it is gone. */
async function age(path: string): Promise<number> {
  // A file has nothing in it.
  const inside = await readdir(path).catch(() => [])
  const written = [path, ...inside.map((name) => join(path, name))].map((one) =>
    stat(one).then(
      ({ mtimeMs }) => mtimeMs,
      () => Number.POSITIVE_INFINITY,
    ),
  )
  return Math.max(0, Date.now() - Math.max(...(await Promise.all(written))))
}
