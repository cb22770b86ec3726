/** What a folder job has to do, found out without doing it. */
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { basename, dirname, join, posix } from 'node:path'
import type { FoundImage } from '../data/find-images.js'
import { readPngMetadata } from '../data/image.js'
import { readFile } from '../data/read-file.js'
import { invalidArgument, SilverpointError } from '../errors.js'
import { type LedgerEntry, readLedgers } from './ledger.js'
import { hashParameters, type SketchParameters } from './parameters.js'
import { isInShard, type Shard, suffixOf, WHOLE } from './shard.js'

/** A photo, and where its sketch goes. */
export interface PlannedPhoto extends FoundImage {
  /** The sketch, below the output folder, with `/` between folders. */
  output: string
}

/** A photo left out, with the SHA-256 of its file. */
export interface Skipped extends PlannedPhoto {
  inputHash: string
}

/** Which photos are drawn. */
export interface PlanOptions {
  /** Leave out photos whose sketches are there and would come out the same. */
  skipExisting?: boolean
  /** The share of this process. */
  shard?: Shard
}

/** What a folder job has to do. */
export interface SketchPlan {
  /** Where sketches go. */
  folder: string
  shard: Shard
  /** The ledger's path. */
  ledger: string
  /** The contact sheet's path. */
  contactSheet: string
  parameters: SketchParameters
  /** SHA-256 of the parameters that change the picture. */
  parametersHash: string
  /** All photos of the shard. */
  photos: readonly PlannedPhoto[]
  /** Those to draw, in order: first those never tried, then those that failed before. */
  pending: readonly PlannedPhoto[]
  /** Those whose sketches are there. */
  skipped: readonly Skipped[]
  /** What a new ledger begins with: sketches that were there before it. */
  adopted: readonly LedgerEntry[]
}

/** How many files are looked at together. */
const TOGETHER = 8

/**
 * Plans to sketch photos into a folder, of which nothing is written yet. A path given as text keeps its name alone.
 * @throws INVALID_ARGUMENT where two photos would write one sketch; WRITE_FAILED where a sketch would replace a file
 * that silverpoint did not make.
 */
export async function planSketches(
  photos: readonly (string | FoundImage)[],
  folder: string,
  parameters: SketchParameters,
  { skipExisting = false, shard = WHOLE }: PlanOptions = {},
): Promise<SketchPlan> {
  const all = withOutputs(
    photos.map((photo) => (typeof photo === 'string' ? { path: photo, relative: basename(photo) } : photo)),
  )
  const mine = all.filter(({ relative }) => isInShard(relative, shard))
  const ledger = join(folder, `ledger${suffixOf(shard)}.jsonl`)
  const contactSheet = join(folder, `contact-sheet${suffixOf(shard)}.png`)
  const parametersHash = hashParameters(parameters)
  const entries = await readLedgers(folder)
  const begun = await exists(ledger)
  const wanted = skipExisting ? parametersHash : undefined
  await ownMetadata(contactSheet)
  const looked = await inTurn(mine, async (photo) => {
    const inputHash = await hashIfDone(photo, join(folder, photo.output), wanted)
    const entry = entries.get(photo.output)
    const failed = entry?.error !== undefined
    const told = !failed && entry?.inputHash === inputHash && entry?.parametersHash === wanted
    // What a begun ledger does not know is of a batch that was cut off.
    return { ...photo, inputHash: told || !begun ? inputHash : undefined, told, failed }
  })
  const skipped = looked.filter((one) => one.inputHash !== undefined) as (Skipped & { told: boolean })[]
  const open = looked.filter(({ inputHash }) => inputHash === undefined)
  if (skipExisting) open.sort((a, b) => Number(a.failed) - Number(b.failed))
  const adopted = begun ? [] : skipped.filter(({ told }) => !told)
  return {
    ...{ folder, shard, ledger, contactSheet, parameters, parametersHash, photos: mine, skipped },
    pending: open,
    adopted: adopted.map((photo) => adoptedEntry(photo, parametersHash, parameters)),
  }
}

/** sub/photo.jpg -> sub/photo.png */
function withOutputs(photos: readonly FoundImage[]): PlannedPhoto[] {
  const taken = new Map<string, string>()
  const planned = photos.map((photo) => {
    const { dir, name } = posix.parse(photo.relative)
    const output = posix.join(dir, `${name}.png`)
    const key = keyOf(output)
    const other = /^contact-sheet(-\d+of\d+)?\.png$/.test(key) ? 'the contact sheet' : taken.get(key)
    if (other !== undefined) throw collision(photo.path, other, output)
    taken.set(key, photo.path)
    return { ...photo, output }
  })
  for (const { path, output } of planned) {
    for (let folder = dirname(output); folder !== '.'; folder = dirname(folder)) {
      const other = taken.get(keyOf(folder))
      if (other !== undefined) throw collision(path, other, folder)
    }
  }
  return planned
}

/** Two names that are one to most disks of these systems. */
const keyOf = (output: string): string =>
  ['darwin', 'win32'].includes(process.platform) ? output.normalize('NFC').toLowerCase() : output

function collision(photo: string, other: string, name: string): SilverpointError {
  const whose = other === 'the contact sheet' ? 'the contact sheet' : `the sketch of ${other}`
  return invalidArgument(
    'photos',
    'names that differ',
    photo,
    `Its sketch would have the name of ${whose} (${name}): rename one, give a folder above both, or use two folders.`,
  )
}

/** The photo's SHA-256 where its sketch is there, made from it with the wanted parameters. */
async function hashIfDone(
  { path }: PlannedPhoto,
  sketch: string,
  parametersHash?: string,
): Promise<string | undefined> {
  const metadata = await ownMetadata(sketch)
  if (!metadata || parametersHash === undefined || metadata.parametersHash !== parametersHash)
    return undefined
  const bytes = await readFile(path).catch(() => undefined)
  if (!bytes) return undefined
  const hash = createHash('sha256').update(bytes).digest('hex')
  return metadata.inputHash === hash ? hash : undefined
}

/** Of a picture that silverpoint made; undefined where there is no file. @throws WRITE_FAILED for any other file. */
export async function ownMetadata(path: string): Promise<Record<string, unknown> | undefined> {
  if (!(await exists(path))) return undefined
  const metadata = await readPngMetadata(path).catch(() => undefined)
  if (metadata) return metadata
  throw new SilverpointError(
    'WRITE_FAILED',
    `Expected to write ${path} but there is a file that silverpoint did not make. Move it away, or choose another folder.`,
  )
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

function adoptedEntry(
  { relative, output, inputHash }: Skipped,
  parametersHash: string,
  { style, seed }: SketchParameters,
): LedgerEntry {
  return { photo: relative, output, inputHash, style, parametersHash, seed, seconds: null }
}

async function inTurn<T, R>(items: readonly T[], look: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let i = 0; i < items.length; i += TOGETHER)
    results.push(...(await Promise.all(items.slice(i, i + TOGETHER).map(look))))
  return results
}
