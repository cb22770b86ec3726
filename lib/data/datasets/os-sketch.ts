import { join } from 'node:path'
import * as v from 'valibot'
import { SilverpointError } from '../../errors.js'
import { readFile } from '../read-file.js'
import { parseJsonAs, sha256 } from '../schema.js'
import { entriesIn, hasFile, type Layout } from './layout.js'

/** How many pairs the paper took of each source (section 4.1). */
export const PAPER = { cufs: 100, cufsf: 110, wildsketch: 150, internet: 40 } as const
export type Source = keyof typeof PAPER
export const SOURCES = Object.keys(PAPER) as Source[]

/** os-sketch.json: what the folder holds and where it comes from. */
export const OsSketch = v.object({
  format: v.literal('os-sketch'),
  version: v.literal(1),
  pairs: v.array(
    v.object({
      stem: v.string(),
      source: v.picklist(SOURCES),
      /** Where they were taken from, below the source's folder. */
      photo: v.string(),
      sketch: v.string(),
      /** False where the sketch's face was not recognised: the pair is framed as its source frames it. */
      aligned: v.boolean(),
    }),
  ),
  lists: v.array(v.object({ source: v.picklist(SOURCES), file: v.string(), sha256 })),
})
export type OsSketch = v.InferOutput<typeof OsSketch>

export const MANIFEST = 'os-sketch.json'

/** The paper's 400 pairs as `silverpoint dataset os-sketch` puts them together. Other numbers have no right to the name. */
export const osSketch: Layout = {
  name: 'os-sketch',
  shape: `photos/ + sketches/ + ${MANIFEST}, as made by: silverpoint dataset os-sketch`,
  title: () => 'OS-Sketch',

  recognises: (folder) => hasFile(join(folder, MANIFEST)),

  async read(folder) {
    const { pairs } = await readManifest(folder)
    const sources = new Map(pairs.map(({ stem, source }) => [stem, source]))
    const photos = await listedIn(join(folder, 'photos'), sources)
    const sketches = await listedIn(join(folder, 'sketches'), sources)
    const drawn = new Set(sketches.map(({ name }) => name))
    const whole = photos.filter(({ name }) => drawn.has(name))
    requirePaperCounts(
      whole.map(({ source }) => source),
      folder,
    )
    return { photos, sketches }
  },
}

/** @throws DATASET_INVALID where there are not as many of each source as in the paper. */
export function requirePaperCounts(sources: readonly Source[], where: string): void {
  const counts = SOURCES.map((source) => [source, sources.filter((one) => one === source).length] as const)
  if (counts.every(([source, count]) => count === PAPER[source])) return
  const inWords = (some: readonly (readonly [string, number])[]) =>
    some.map(([source, count]) => `${count} of ${source}`).join(', ')
  throw new SilverpointError(
    'DATASET_INVALID',
    `Expected the 400 pairs of OS-Sketch (${inWords(Object.entries(PAPER))}) in ${where} but found ${inWords(counts)}. Other pairs must not be called OS-Sketch: complete them, or evaluate a folder of photos/ and sketches/ without ${MANIFEST}.`,
  )
}

async function listedIn(folder: string, sources: ReadonlyMap<string, Source>) {
  return (await entriesIn(folder, { group: '' })).map((entry) => {
    const source = sources.get(entry.name)
    if (source) return { ...entry, source }
    throw new SilverpointError(
      'DATASET_INVALID',
      `Expected the pictures that ${MANIFEST} lists and no others but found ${entry.path}. Move it away.`,
    )
  })
}

async function readManifest(folder: string): Promise<OsSketch> {
  const path = join(folder, MANIFEST)
  const { value, misfit } = parseJsonAs(OsSketch, (await readFile(path)).toString('utf8'))
  if (value) return value
  throw new SilverpointError(
    'DATASET_INVALID',
    `Expected ${misfit.wanted} in ${path} but received ${misfit.got}. Make it again: silverpoint dataset os-sketch`,
  )
}
