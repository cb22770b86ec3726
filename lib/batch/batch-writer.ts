import { join } from 'node:path'
import { thumbnail } from '../data/contact-sheet.js'
import { encodePng, type Image } from '../data/image.js'
import { writeFileAtomically } from '../data/write-file.js'
import { SilverpointError } from '../errors.js'
import { version } from '../version.js'
import type { Ledger, LedgerEntry } from './ledger.js'
import type { SketchResult } from './photos.js'
import type { PlannedPhoto, SketchPlan } from './plan.js'
import { ON_SHEET } from './sheet.js'

/** The paths of a photo and of its sketch, or why there is none. */
export type FileResult =
  | { photo: string; sketch: string; error?: undefined }
  | { photo: string; error: Error; sketch?: undefined }

/** Writes what was drawn: a batch's sketches, then its lines in the ledger, and only then it tells of them. */
export class BatchWriter {
  /** Sketches that are written, with their photos' SHA-256. */
  readonly done: { output: string; inputHash: string }[] = []
  /** Of the first photos, by their outputs, for the contact sheet. */
  readonly thumbnails = new Map<string, Image>()
  failed = 0
  readonly #plan: SketchPlan
  readonly #ledger: Ledger
  readonly #onItem: ((item: FileResult, done: number) => void) | undefined

  constructor(plan: SketchPlan, ledger: Ledger, onItem?: (item: FileResult, done: number) => void) {
    this.#plan = plan
    this.#ledger = ledger
    this.#onItem = onItem
  }

  /** @param seconds what the whole batch took. @throws WRITE_FAILED. */
  async write(batch: readonly SketchResult[], seconds: number): Promise<void> {
    const written = await Promise.all(batch.map((result) => this.#write(result)))
    const share = Number((seconds / batch.length).toPrecision(3))
    await this.#ledger.append(written.map((entry) => ({ ...entry, seconds: share })))
    for (const [row, result] of batch.entries()) this.#tell(result, written[row] as LedgerEntry)
  }

  async #write(result: SketchResult): Promise<LedgerEntry> {
    const { relative, output } = this.#photoOf(result)
    const { folder, parametersHash, parameters } = this.#plan
    const { style, seed } = parameters
    const { inputHash = null, error } = result
    const entry = { photo: relative, output, inputHash, style, parametersHash, seed, seconds: null }
    if (error) {
      const code = error instanceof SilverpointError ? error.code : 'UNEXPECTED'
      return { ...entry, error: { code, message: error.message } }
    }
    const metadata = {
      ...result.parameters,
      photo: relative,
      inputHash,
      parametersHash,
      silverpoint: version,
    }
    const png = await encodePng(result.sketch, metadata)
    await writeFileAtomically(join(folder, output), png)
    if (this.done.length < ON_SHEET) this.thumbnails.set(output, await thumbnail(result.original))
    return entry
  }

  #tell(result: SketchResult, { output, inputHash }: LedgerEntry): void {
    const photo = this.#photoOf(result).path
    if (result.error) this.failed++
    else this.done.push({ output, inputHash: inputHash as string })
    const item = result.error
      ? { photo, error: result.error }
      : { photo, sketch: join(this.#plan.folder, output) }
    this.#onItem?.(item, result.index + 1)
  }

  #photoOf({ index }: SketchResult): PlannedPhoto {
    return this.#plan.pending[index] as PlannedPhoto
  }
}
