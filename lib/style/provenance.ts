/** Where a style comes from: the metadata of its file, all strings, as safetensors asks. */
import * as v from 'valibot'
import { parseJsonAs, sha256 } from '../data/schema.js'
import { brief, SilverpointError } from '../errors.js'

/** Where the text came from that a learning began from: the user, PEZ, or the plain texts. */
export const TEXT_SOURCES = ['user', 'pez', 'plain'] as const
export type TextSource = (typeof TEXT_SOURCES)[number]

const position = v.pipe(v.number(), v.safeInteger('a whole number'), v.minValue(1))

const Provenance = v.object({
  /** Name and weights of the bundle it was learned with. */
  bundle: v.string(),
  weightsId: sha256,
  /** The learned rows are start..end-1; the end token's row is `end`. */
  start: position,
  end: position,
  /** The text it began from, and where that text came from. */
  text: v.string(),
  textFrom: v.picklist(TEXT_SOURCES),
  recipeName: v.string(),
  /** Every value of the recipe. */
  recipe: v.record(v.string(), v.unknown()),
  seed: v.pipe(v.number(), v.safeInteger('a whole number')),
  /** The step whose iterate this is, 0 for the initial text itself. */
  step: v.pipe(v.number(), v.safeInteger('a whole number'), v.minValue(0)),
  /** SHA-256 of each pair's prepared photo and sketch. */
  pairs: v.array(v.object({ photo: v.string(), sketch: v.string() })),
  dtype: v.string(),
  device: v.string(),
  silverpoint: v.string(),
})

/** Where a style comes from. */
export interface Provenance {
  /** Name of the bundle it was learned with. */
  bundle: string
  /** SHA-256 of the weights that the bundle was made from. */
  weightsId: string
  /** The first learned row. */
  start: number
  /** The row of the end token, after the last learned one. */
  end: number
  /** The text it began from. */
  text: string
  /** Where that text came from. */
  textFrom: TextSource
  /** The preset that was changed, if it was. */
  recipeName: string
  /** Every value of the recipe. */
  recipe: Record<string, unknown>
  seed: number
  /** The step whose iterate this is, 0 for the initial text itself. */
  step: number
  /** SHA-256 of each pair's prepared photo and sketch. */
  pairs: { photo: string; sketch: string }[]
  dtype: string
  device: string
  /** The version that learned it. */
  silverpoint: string
}

const FORMAT = 'silverpoint-style'
const VERSION = '1'

export function provenanceMetadata(provenance: Provenance): Record<string, string> {
  return { format: FORMAT, version: VERSION, provenance: JSON.stringify(provenance) }
}

/** @throws STYLE_INVALID */
export function parseProvenance(metadata: Record<string, string>, path: string): Provenance {
  if (metadata.format !== FORMAT || metadata.version !== VERSION) {
    throw invalidStyle(
      path,
      `the format ${FORMAT} ${VERSION}`,
      brief(`${metadata.format} ${metadata.version}`),
    )
  }
  const { value, misfit } = parseJsonAs(Provenance, metadata.provenance ?? '')
  if (misfit) throw invalidStyle(path, misfit.wanted, misfit.got)
  const { start, end } = value
  if (start >= end) throw invalidStyle(path, `learned rows (start below end)`, `${start} and ${end}`)
  return value
}

export function invalidStyle(path: string, wanted: string, got: string): SilverpointError {
  return new SilverpointError(
    'STYLE_INVALID',
    `Expected ${wanted} in the style ${path} but received ${got}. Learn it again with: silverpoint learn`,
  )
}
