import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Every file below a folder with the SHA-256 of its bytes.
 * @param {string} of
 * @returns {Promise<Record<string, string>>}
 */
export async function contents(of) {
  const names = await readdir(of, { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const hashed = await Promise.all(
    files.map(async (path) => {
      const hash = createHash('sha256').update(await readFile(path))
      return [path.slice(of.length + 1), hash.digest('hex')]
    }),
  )
  return Object.fromEntries(hashed.sort(([a], [b]) => (a < b ? -1 : 1)))
}
