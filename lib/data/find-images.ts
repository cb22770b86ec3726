import { readdir, stat } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { invalidArgument } from '../errors.js'
import { readFailure } from './read-file.js'

const ENDINGS = ['.jpg', '.jpeg', '.png', '.webp']
/** photo2 before photo10. */
const { compare } = new Intl.Collator('en', { numeric: true })

/**
 * The pictures that paths name, each once, in the order of the paths. A file is taken whatever its name; of a folder, but
 * not of folders in it, the files whose names end as a picture's, in natural order.
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE; INVALID_ARGUMENT for a folder without pictures.
 */
export async function findImages(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map(imagesAt))
  return [...new Set(found.flat().map(normalize))]
}

async function imagesAt(path: string): Promise<string[]> {
  const names = await namesIn(path)
  if (!names) return [path]
  // Names that begin with a dot are not a user's own: macOS leaves "._photo.jpg" beside photo.jpg.
  const images = names.filter(
    (name) => ENDINGS.includes(extname(name).toLowerCase()) && !name.startsWith('.'),
  )
  if (images.length > 0) return images.sort(compare).map((name) => join(path, name))
  throw invalidArgument(
    'photos',
    `a folder with pictures (${ENDINGS.join(', ')})`,
    path,
    'Choose another folder.',
  )
}

/** Of the files of a folder; undefined for a file. */
async function namesIn(path: string): Promise<string[] | undefined> {
  try {
    if (!(await stat(path)).isDirectory()) return undefined
    const entries = await readdir(path, { withFileTypes: true })
    return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name)
  } catch (cause) {
    throw readFailure(path, cause as NodeJS.ErrnoException)
  }
}
