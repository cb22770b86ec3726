/** What became of every photo of a folder job: a file of JSON lines that a killed run leaves usable. */
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { readFile } from '../data/read-file.js'
import { parseJsonAs, sha256 } from '../data/schema.js'
import { writeFailed, writeFileAtomically } from '../data/write-file.js'
import { SilverpointError } from '../errors.js'

const Line = v.object({
  /** Both below their folders. */
  photo: v.string(),
  output: v.string(),
  /** SHA-256 of the photo's file; null where it could not be read. */
  inputHash: v.nullable(sha256),
  /** The style's hash. */
  style: v.nullable(v.string()),
  parametersHash: sha256,
  seed: v.pipe(v.number(), v.safeInteger('a whole number')),
  /** Its share of its batch's; null for a sketch that was there before the ledger. */
  seconds: v.nullable(v.number()),
  error: v.optional(v.object({ code: v.string(), message: v.string() })),
  /** Which of how many lines written together it is: by it one sees that a batch was cut off. */
  batch: v.tuple([v.number(), v.number()]),
})

type Line = v.InferOutput<typeof Line>

/** What is known of one photo: a line of the ledger, less which of its batch's lines it is. */
export interface LedgerEntry {
  /** Below the folder of the photos. */
  photo: string
  /** Below the folder of the sketches. */
  output: string
  /** SHA-256 of the photo's file; null where it could not be read. */
  inputHash: string | null
  /** The style's hash; null where the text alone was the instruction. */
  style: string | null
  /** SHA-256 of the parameters that change the picture. */
  parametersHash: string
  seed: number
  /** Its share of its batch's; null for a sketch that was there before the ledger. */
  seconds: number | null
  /** Why there is no sketch. */
  error?: { code: string; message: string }
}

/**
 * A batch's lines count only when all are there: it is drawn again as a whole, so that each photo's sketch is the one, bit
 * for bit, of a run that was not cut off.
 */
export class Ledger {
  readonly #path: string
  readonly #file: FileHandle
  #bytes: number
  readonly #outputs: Set<string>
  #superseded = false

  private constructor(path: string, file: FileHandle, bytes: number, outputs: Set<string>) {
    this.#path = path
    this.#file = file
    this.#bytes = bytes
    this.#outputs = outputs
  }

  /**
   * Opens a ledger to go on with it, mended where a run was cut off, or begins one with `first`.
   * @throws WRITE_FAILED, also for a file that is no ledger.
   */
  static async open(path: string, first: readonly LedgerEntry[]): Promise<Ledger> {
    const found = await textOf(path)
    const lines = found === undefined ? together(first) : latest(linesOf(found, path))
    const text = serialise(lines)
    if (text !== found) await writeFileAtomically(path, Buffer.from(text))
    try {
      const outputs = new Set(lines.map(({ output }) => output))
      return new Ledger(path, await open(path, 'a'), Buffer.byteLength(text), outputs)
    } catch (cause) {
      throw writeFailed(path, cause as NodeJS.ErrnoException)
    }
  }

  /** Adds a batch; resolves when it is on the disk. @throws WRITE_FAILED, nothing added. */
  async append(entries: readonly LedgerEntry[]): Promise<void> {
    const text = serialise(together(entries))
    try {
      await this.#file.writeFile(text)
      await this.#file.sync()
    } catch (cause) {
      // A full disk takes half a line.
      await this.#file.truncate(this.#bytes).catch(() => {})
      throw writeFailed(this.#path, cause as NodeJS.ErrnoException)
    }
    this.#bytes += Buffer.byteLength(text)
    for (const { output } of entries) {
      this.#superseded ||= this.#outputs.has(output)
      this.#outputs.add(output)
    }
  }

  /** Leaves one line an output. @throws WRITE_FAILED. */
  async close(): Promise<void> {
    await this.#file.close()
    if (!this.#superseded) return
    const lines = latest(linesOf((await textOf(this.#path)) ?? '', this.#path))
    await writeFileAtomically(this.#path, Buffer.from(serialise(lines)))
  }
}

/** The last that a folder's ledgers, those of other shards too, say of each output. */
export async function readLedgers(folder: string): Promise<Map<string, LedgerEntry>> {
  const names = await readdir(folder).catch(() => [])
  const entries = new Map<string, LedgerEntry>()
  for (const name of names.filter((name) => /^ledger(-\d+of\d+)?\.jsonl$/.test(name)).sort()) {
    const path = join(folder, name)
    for (const line of linesOf((await textOf(path)) ?? '', path)) {
      // One shard's failure says nothing against another's success.
      const other = entries.get(line.output)
      if (!line.error || !other || other.error) entries.set(line.output, line)
    }
  }
  return entries
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path)).toString()
  } catch (error) {
    if ((error as SilverpointError).code === 'FILE_NOT_FOUND') return undefined
    throw error
  }
}

/** Without a torn last line, and without the lines of a last batch that was cut off. */
function linesOf(text: string, path: string): Line[] {
  const texts = text.split('\n')
  texts.pop()
  const lines = texts.map((line, i) => {
    const { value, misfit } = parseJsonAs(Line, line)
    if (value) return value
    throw new SilverpointError(
      'WRITE_FAILED',
      `Expected silverpoint's own ledger in ${path} but received in line ${i + 1} not ${misfit.wanted} but ${misfit.got}. Move it away, or choose another folder.`,
    )
  })
  const [place, size] = lines.at(-1)?.batch ?? [0, 0]
  return place < size ? lines.slice(0, -place) : lines
}

/** The last line of each output, in the order in which they were written. */
function latest(lines: readonly Line[]): Line[] {
  const last = new Map(lines.map((line) => [line.output, line]))
  return lines.filter((line) => last.get(line.output) === line)
}

const together = (entries: readonly LedgerEntry[]): Line[] =>
  entries.map((entry, i) => ({ ...entry, batch: [i + 1, entries.length] }))

const serialise = (lines: readonly Line[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('')
