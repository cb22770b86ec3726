/** The safetensors format: 8 bytes of header length, a JSON header, then the tensors' bytes without a gap. */
import { brief, invalidArgument, quoted, SilverpointError } from '../errors.js'
import type { DType } from '../torch/dtype.js'
import { isObject, repeatedKey } from './json.js'
import { readFile } from './read-file.js'

export interface StoredTensor {
  dtype: DType
  shape: number[]
  /** Little-endian, row-major. As read it is a view of the file's bytes, of no certain alignment. */
  data: Uint8Array
}

export interface SafetensorsFile {
  /** By name. As read it has no prototype: no name is in it that is not in the file. */
  tensors: Record<string, StoredTensor>
  metadata: Record<string, string>
}

/** Widest first, as the reference implementation lays tensors out, so that each is aligned to its own elements. */
const FORMATS: { format: string; dtype: DType; size: number }[] = [
  { format: 'I64', dtype: 'int64', size: 8 },
  { format: 'F64', dtype: 'float64', size: 8 },
  { format: 'F32', dtype: 'float32', size: 4 },
  { format: 'BF16', dtype: 'bfloat16', size: 2 },
  { format: 'F16', dtype: 'float16', size: 2 },
  { format: 'U8', dtype: 'uint8', size: 1 },
  { format: 'BOOL', dtype: 'bool', size: 1 },
]
const HEADER_LIMIT = 100_000_000
/** As many as PyTorch's tensors can have. */
const MOST_SIDES = 64
const METADATA = '__metadata__'

/** FILE_NOT_FOUND, FILE_UNREADABLE, or SAFETENSORS_INVALID that says what is wrong in it. */
export async function readSafetensors(path: string): Promise<SafetensorsFile> {
  return parseSafetensors(await readFile(path), path)
}

/** SAFETENSORS_INVALID calls the file `name`. */
export function parseSafetensors(bytes: Uint8Array, name: string): SafetensorsFile {
  try {
    return parse(bytes)
  } catch (error) {
    if (!(error instanceof Flaw)) throw error
    const message = `Expected ${brief(error.wanted)} in ${name} but ${brief(error.got)}. It is damaged or no safetensors file: fetch or make it again.`
    throw new SilverpointError('SAFETENSORS_INVALID', message)
  }
}

/** The same bytes for the same content: those that the reference implementation writes. */
export function serialiseSafetensors({ tensors, metadata }: SafetensorsFile): Uint8Array {
  const stored = Object.entries(tensors).map(([name, tensor]) => ({
    name,
    ...tensor,
    ...formatToWrite(name, tensor),
  }))
  stored.sort((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1))
  const header: [string, string][] = []
  const texts = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))
  if (texts.length > 0)
    header.push([METADATA, jsonObject(texts.map(([key, text]) => [key, JSON.stringify(text)]))])
  let end = 0
  for (const { name, format, shape, data } of stored) {
    const begin = end
    end += data.length
    header.push([name, JSON.stringify({ dtype: format, shape, data_offsets: [begin, end] })])
  }
  return assemble(
    jsonObject(header),
    stored.map(({ data }) => data),
    end,
  )
}

/** What is wrong with a file, before its name is known. */
class Flaw {
  constructor(
    readonly wanted: string,
    readonly got: string,
  ) {}
}

interface Entry {
  name: string
  dtype: DType
  shape: number[]
  begin: number
  end: number
}

function parse(bytes: Uint8Array): SafetensorsFile {
  const length = headerLength(bytes)
  const header = parseHeader(bytes.subarray(8, 8 + length))
  const buffer = bytes.subarray(8 + length)
  const file: SafetensorsFile = { tensors: Object.create(null), metadata: Object.create(null) }
  const entries: Entry[] = []
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA) Object.assign(file.metadata, parseMetadata(value))
    else entries.push(parseEntry(name, value))
  }
  requireWithoutGaps(entries, buffer.length)
  for (const { name, dtype, shape, begin, end } of entries)
    file.tensors[name] = { dtype, shape, data: buffer.subarray(begin, end) }
  return file
}

function headerLength(bytes: Uint8Array): number {
  if (bytes.length < 8) throw new Flaw('8 bytes of header length', `there are ${bytes.length} bytes in all`)
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  if (length > HEADER_LIMIT)
    throw new Flaw(`a header of at most ${HEADER_LIMIT} bytes`, `its length says ${length}`)
  if (length > bytes.length - 8)
    throw new Flaw(`a header of ${length} bytes`, `only ${bytes.length - 8} bytes follow its length`)
  return Number(length)
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let text: string
  let header: Record<string, unknown>
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    header = JSON.parse(text)
  } catch (error) {
    throw new Flaw('a JSON header', `it does not parse (${(error as Error).message})`)
  }
  if (!text.startsWith('{'))
    throw new Flaw('a header that begins with {', `it begins with ${text.slice(0, 1)}`)
  const twice = repeatedKey(text)
  if (twice !== undefined)
    throw new Flaw('each key once in the header', `${JSON.stringify(twice)} is there twice`)
  return header
}

function parseMetadata(value: unknown): Record<string, string> {
  if (!isObject(value) || !Object.values(value).every((text) => typeof text === 'string'))
    throw new Flaw(`an object of strings as ${METADATA}`, 'it is something else')
  return value as Record<string, string>
}

function parseEntry(name: string, value: unknown): Entry {
  const called = JSON.stringify(name)
  if (!isObject(value)) throw new Flaw(`an object for tensor ${called}`, 'it is something else')
  const { dtype: format, shape, data_offsets: offsets } = value
  const known = FORMATS.find((candidate) => candidate.format === format)
  if (!known) {
    const names = FORMATS.map((candidate) => candidate.format).join(', ')
    throw new Flaw(`one of ${names} as dtype of ${called}`, `it is ${quoted(format)}`)
  }
  if (!isCounts(shape)) throw new Flaw(`sides from 0 as shape of ${called}`, `it is ${quoted(shape)}`)
  if (shape.length > MOST_SIDES)
    throw new Flaw(`at most ${MOST_SIDES} sides as shape of ${called}`, `it has ${shape.length}`)
  if (!isCounts(offsets) || offsets.length !== 2)
    throw new Flaw(`a begin and an end as data_offsets of ${called}`, `they are ${quoted(offsets)}`)
  const [begin, end] = offsets as [number, number]
  const size = bytesOf(shape, known.size)
  if (end - begin !== size)
    throw new Flaw(
      `${size} bytes for ${called} (${format} [${shape}])`,
      `its data_offsets span ${end - begin}`,
    )
  return { name, dtype: known.dtype, shape, begin, end }
}

/** Tensors in the order of their bytes must follow one another from the buffer's first byte to its last. */
function requireWithoutGaps(entries: readonly Entry[], length: number): void {
  let end = 0
  for (const entry of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== end) {
      const how = entry.begin < end ? 'overlaps the one before' : 'leaves a hole'
      throw new Flaw(
        `tensor ${JSON.stringify(entry.name)} to begin at byte ${end}`,
        `it ${how}, at ${entry.begin}`,
      )
    }
    end = entry.end
  }
  if (end !== length) throw new Flaw(`${end} bytes of tensors`, `there are ${length}`)
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0)
}

function bytesOf(shape: readonly number[], size: number): number {
  return shape.reduce((product, side) => product * side, size)
}

function formatToWrite(
  name: string,
  { dtype, shape, data }: StoredTensor,
): { order: number; format: string } {
  const order = FORMATS.findIndex((candidate) => candidate.dtype === dtype)
  const known = FORMATS[order]
  if (!known) throw invalidArgument(`the dtype of tensor ${name}`, 'a dtype', dtype)
  if (name === METADATA) throw invalidArgument('a tensor name', 'any but the one kept for metadata', name)
  const wanted = bytesOf(shape, known.size)
  if (data.length !== wanted)
    throw invalidArgument(`the data of tensor ${name}`, `${wanted} bytes (${dtype} [${shape}])`, data.length)
  return { order, format: known.format }
}

/** Text of an object whose keys stand in the order given; a JavaScript object puts keys like "0" first. */
function jsonObject(entries: readonly [string, string][]): string {
  return `{${entries.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`
}

/** The header is filled up with spaces to a multiple of 8 bytes, so that the tensors begin aligned. */
function assemble(header: string, parts: readonly Uint8Array[], size: number): Uint8Array {
  const text = new TextEncoder().encode(header)
  const length = Math.ceil(text.length / 8) * 8
  const bytes = new Uint8Array(8 + length + size)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  bytes.set(text, 8)
  bytes.fill(0x20, 8 + text.length, 8 + length)
  let at = 8 + length
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
