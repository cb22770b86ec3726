/** Another method's published outputs, scored as those that are drawn here. */
import { createHash } from 'node:crypto'
import { relative } from 'node:path'
import { readImage } from '../data/image.js'
import { stemsIn } from '../data/match-stems.js'
import { nameOf } from '../data/picture-names.js'
import { readFile } from '../data/read-file.js'
import { invalidArgument } from '../errors.js'
import { type Drawn, type Method, PROTOCOLS, type Protocol, type TestPhoto } from './method.js'

export interface External {
  name: string
  /** Holds a picture of the name of each test. */
  folder: string
  protocol: Protocol
  /** What its training took, as its authors say. */
  seconds?: number
}

export const EXTERNAL = 'external:'
const SHAPE = 'external:NAME=FOLDER,protocol=one-shot|none|full-data[,seconds=TRAINING SECONDS]'

/** @throws INVALID_ARGUMENT, also where the training protocol is not declared. */
export function parseExternal(text: string): External {
  const [, name, rest = ''] = /^external:([\w.-]+)=(.+)$/.exec(text) ?? []
  const parts = rest.split(/,(?=protocol=|seconds=)/)
  const [folder, ...options] = parts
  const { protocol, seconds, ...others } = Object.fromEntries(options.map((option) => option.split('=', 2)))
  if (!name || !folder || Object.keys(others).length > 0) throw invalidArgument('method', SHAPE, text)
  if (!PROTOCOLS.includes(protocol))
    throw invalidArgument(
      `protocol of ${name}`,
      PROTOCOLS.join(', '),
      protocol,
      'Declare what it was trained on: only what was trained on the one pair may stand beside one-shot methods.',
    )
  if (seconds !== undefined && !(Number(seconds) > 0))
    throw invalidArgument(`seconds of ${name}`, 'a number above 0', seconds)
  return { name, folder, protocol, ...(seconds !== undefined && { seconds: Number(seconds) }) }
}

/** @throws FILE_NOT_FOUND, FILE_UNREADABLE; INVALID_ARGUMENT for an empty folder, or two files of one name. */
export async function external({ name, folder, protocol, seconds }: External): Promise<Method> {
  const files = await byName(folder)
  return {
    name: `${EXTERNAL}${name}`,
    label: name,
    protocol,
    usesBundle: false,
    dependsOn: { pair: false, seed: false },
    settings: { files: await hashOf(files), protocol, seconds: seconds ?? null },
    begin: async () => ({
      ...(seconds !== undefined && {
        learned: { style: null, seconds: { pez: null, learning: seconds }, losses: [] },
      }),
      draw: (photos) => published(photos, files, folder),
    }),
  }
}

async function* published(
  photos: readonly TestPhoto[],
  files: ReadonlyMap<string, string>,
  folder: string,
): AsyncGenerator<Drawn> {
  const missing = photos.filter(({ stem }) => !files.has(stem)).map(({ stem }) => stem)
  if (missing.length > 0)
    throw invalidArgument(
      folder,
      'a picture of the name of every test',
      `none for ${missing.length} of ${photos.length}: ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ', …' : ''}`,
      'Scores of other tests are not comparable: complete it, or leave this method out.',
    )
  for (const { stem, toFrame } of photos)
    yield { ...(await toFrame(await readImage(files.get(stem) as string))), seconds: null }
}

/** Paths by names as data sets give them. */
async function byName(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const [stem, path] of await stemsIn(folder)) {
    const name = nameOf(stem)
    const other = files.get(name)
    if (other !== undefined)
      throw invalidArgument(
        folder,
        `one picture named ${name}`,
        `${relative(folder, other)} and ${relative(folder, path)}`,
        'Rename one of them.',
      )
    files.set(name, path)
  }
  return files
}

async function hashOf(files: ReadonlyMap<string, string>): Promise<string> {
  const hash = createHash('sha256')
  for (const [name, path] of files) hash.update(`${name}\0`).update(await readFile(path))
  return hash.digest('hex')
}
