/** Which pictures a user means: files, folders with all that is in them, patterns, and a list on stdin. */
import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, extname, join, normalize, parse, relative, resolve, sep } from 'node:path'
import picomatch from 'picomatch'
import { invalidArgument } from '../errors.js'
import { readFailure } from './read-file.js'

/** A picture that a user means. */
export interface FoundImage {
  /** Where it is. */
  path: string
  /** What of the path an output keeps, with `/` between folders. */
  relative: string
}

/** What is not looked into, and what `-` stands for. */
export interface FindOptions {
  /** Where results go: not looked into, so that sketches are not sketched again. */
  output?: string
  /** What `-` stands for: paths, one a line, or between NULs where there are any. */
  list?: AsyncIterable<Uint8Array | string>
}

const ENDINGS = ['jpg', 'jpeg', 'png', 'webp', 'avif', 'heic', 'heif', 'tif', 'tiff', 'gif'].map(
  (ending) => `.${ending}`,
)
/** photo2 before photo10. */
const { compare } = new Intl.Collator('en', { numeric: true })

/**
 * The pictures that paths name, each once, in the order of the paths. A file is taken whatever its name, and keeps its
 * name alone. Of a folder and those in it, or of what a pattern matches, the files whose names end as a picture's are
 * taken, in natural order, with their path below the folder or the pattern's first wildcard; hidden ones are left out. What
 * the list names keeps all its folders, and need not be there: whoever reads it will say so.
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE; INVALID_ARGUMENT for a folder or pattern without pictures, and for the output.
 */
export async function findImages(
  paths: readonly string[],
  { output, list }: FindOptions = {},
): Promise<FoundImage[]> {
  const found: FoundImage[] = []
  for (const path of paths) {
    if (path === '-' && list) found.push(...(await listed(list, output)))
    else found.push(...(await imagesAt(path, output)))
  }
  const first = new Map<string, FoundImage>()
  for (const image of found) if (!first.has(image.path)) first.set(image.path, image)
  return [...first.values()]
}

async function imagesAt(path: string, output?: string): Promise<FoundImage[]> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => cause)
  if (found instanceof Error) {
    const { base, isGlob } = picomatch.scan(path)
    if (isGlob && found.code === 'ENOENT') return matching(path, base || '.', output)
    throw readFailure(path, found)
  }
  if (!found.isDirectory()) return [{ path: normalize(path), relative: basename(path) }]
  if (output !== undefined && resolve(path) === resolve(output))
    throw invalidArgument('output', 'another folder than that of the photos', output, 'Choose another.')
  const images = await imagesWithin(path, output)
  if (images.length > 0) return images
  throw invalidArgument(
    'photos',
    `a folder with pictures (${ENDINGS.join(', ')})`,
    path,
    'Choose another folder.',
  )
}

async function matching(pattern: string, base: string, output?: string): Promise<FoundImage[]> {
  const matches = picomatch(slashes(normalize(pattern)))
  const images = await imagesWithin(base, output)
  const matched = images.filter(({ path }) => matches(slashes(path)))
  if (matched.length > 0) return matched
  throw invalidArgument('photos', `a pattern that matches pictures (${ENDINGS.join(', ')})`, pattern)
}

async function listed(list: AsyncIterable<Uint8Array | string>, output?: string): Promise<FoundImage[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of list) chunks.push(Buffer.from(chunk))
  const text = Buffer.concat(chunks).toString('utf8')
  const paths = (text.includes('\0') ? text.split('\0') : text.split(/\r?\n/)).filter((path) => path !== '')
  if (paths.length === 0)
    throw invalidArgument('-', 'a list of photos on stdin', '', 'Write one path a line to it.')
  const images = paths.map(async (path) => {
    const below = withoutRoot(normalize(path))
    const found = await stat(path).catch(() => undefined)
    if (!found?.isDirectory()) return [{ path: normalize(path), relative: slashes(below) }]
    return (await imagesWithin(path, output)).map((image) => ({
      path: image.path,
      relative: slashes(join(below, image.relative)),
    }))
  })
  return (await Promise.all(images)).flat()
}

/** As tar does: neither a root nor folders above the current one. */
function withoutRoot(path: string): string {
  const parts = path.slice(parse(path).root.length).split(sep)
  return parts.filter((part) => part !== '..' && part !== '.' && part !== '').join(sep)
}

/** The pictures of a folder and those in it, none or more: its own first, then its folders'. */
export async function imagesWithin(folder: string, output?: string): Promise<FoundImage[]> {
  const skipped = output === undefined ? undefined : resolve(output)
  const entered = new Set<string>()
  const images: FoundImage[] = []
  const enter = async (at: string): Promise<void> => {
    // A link may lead back to where we come from.
    const real = await realpath(at).catch((cause: NodeJS.ErrnoException) => {
      throw readFailure(at, cause)
    })
    if (resolve(at) === skipped || entered.has(real)) return
    entered.add(real)
    const { files, folders } = await namesIn(at)
    for (const name of files) {
      const path = join(at, name)
      images.push({ path, relative: slashes(relative(folder, path)) })
    }
    for (const name of folders) await enter(join(at, name))
  }
  await enter(folder)
  return images
}

/** What may be a picture, and where more may be. Names that begin with a dot are not a user's own. */
async function namesIn(folder: string): Promise<{ files: string[]; folders: string[] }> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    const visible = entries.filter(({ name }) => !name.startsWith('.'))
    const kinds = await Promise.all(visible.map((entry) => kindOf(folder, entry)))
    const names = (kind: 'file' | 'folder') =>
      visible
        .filter((_, i) => kinds[i] === kind)
        .map(({ name }) => name)
        .sort(compare)
    return {
      files: names('file').filter((name) => ENDINGS.includes(extname(name).toLowerCase())),
      folders: names('folder'),
    }
  } catch (cause) {
    throw readFailure(folder, cause as NodeJS.ErrnoException)
  }
}

/** A link that leads nowhere stays a file, so that it is reported and not passed over. */
async function kindOf(folder: string, entry: Dirent): Promise<'file' | 'folder'> {
  if (entry.isDirectory()) return 'folder'
  if (!entry.isSymbolicLink()) return 'file'
  const target = await stat(join(folder, entry.name)).catch(() => undefined)
  return target?.isDirectory() ? 'folder' : 'file'
}

const slashes = (path: string): string => path.replaceAll(sep, '/')
