import { readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { SketchPlan } from './plan.js'

/** Nothing is written for so long, in ms. */
const DEAD = 3_600_000

/**
 * Removes the temporary files of runs that were killed: the owner's, and those of other shards that are too old to be
 * written still. No other program's, and none of a job that is no folder job.
 */
export async function removeTemporaries({ folder, photos }: SketchPlan, owner: string): Promise<void> {
  for (const place of new Set([folder, ...photos.map(({ output }) => join(folder, dirname(output)))])) {
    for (const name of await readdir(place).catch(() => [])) {
      const [, whose] = /^\.silverpoint-(\d+of\d+)-[0-9a-f-]{36}\.tmp$/.exec(name) ?? []
      if (whose === undefined) continue
      const path = join(place, name)
      if (whose === owner || (await age(path)) > DEAD) await rm(path, { force: true })
    }
  }
}

/** In ms; 0 where it is gone. */
const age = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  )
