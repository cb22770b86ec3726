/** Photos of a disk to sketches on it. */
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { FoundImage } from '../data/find-images.js'
import { removeTemporaries } from '../data/temporaries.js'
import { writeFailed } from '../data/write-file.js'
import { invalidArgument } from '../errors.js'
import { BatchWriter, type FileResult } from './batch-writer.js'
import { Ledger } from './ledger.js'
import { hashParameters } from './parameters.js'
import { type PlanOptions, planSketches, type SketchPlan } from './plan.js'
import { updateSheet } from './sheet.js'
import type { Sketcher } from './sketcher.js'

export type { FileResult } from './batch-writer.js'

/** What a folder job did, in photos. */
export interface Summary {
  sketched: number
  /** Each told of in the ledger. */
  failed: number
  /** Already there, and left as they were. */
  skipped: number
  /** Where the ledger is. */
  ledger: string
  /** Where the contact sheet is; none when there is nothing to show. */
  contactSheet?: string
}

/** How a folder job goes on, and whom it tells. */
export interface RunOptions {
  /** Told of each photo when its sketch and its line in the ledger are on the disk. */
  onItem?: (item: FileResult, done: number) => void
  /** Whether a photo that fails ends the job, after its batch. Default `continue`. */
  onError?: 'continue' | 'stop'
}

/**
 * Sketches photos into a folder, one PNG each, with a ledger and a contact sheet of the first 64. Cut off at any moment,
 * the same call with `skipExisting` goes on.
 * @throws as planSketches does; WRITE_FAILED; CANCELLED between batches.
 *
 * @example
 * ```ts
 * const photos = await findImages(['photos/'], { output: 'out/' })
 * const { sketched, failed, ledger } = await sketchFiles(sketcher, photos, 'out/', { skipExisting: true })
 * ```
 */
export async function sketchFiles(
  sketcher: Sketcher,
  photos: readonly (string | FoundImage)[],
  folder: string,
  options: PlanOptions & RunOptions = {},
): Promise<Summary> {
  return runPlan(sketcher, await planSketches(photos, folder, sketcher.parameters, options), options)
}

/**
 * Does what was planned for the sketcher's parameters.
 * @param sketcher is not asked where nothing is pending.
 * @throws INVALID_ARGUMENT where it has others; WRITE_FAILED; CANCELLED between batches.
 */
export async function runPlan(
  sketcher: Sketcher | undefined,
  plan: SketchPlan,
  options: RunOptions = {},
): Promise<Summary> {
  if (sketcher && hashParameters(sketcher.parameters) !== plan.parametersHash)
    throw invalidArgument(
      'sketcher',
      'the parameters of the plan',
      sketcher,
      'Plan with sketcher.parameters.',
    )
  await makeFolders(plan)
  const outputs = plan.photos.map(({ output }) => join(plan.folder, output))
  await removeTemporaries([plan.ledger, plan.contactSheet, ...outputs])
  const ledger = await Ledger.open(plan.ledger, plan.adopted)
  const writer = new BatchWriter(plan, ledger, options.onItem)
  try {
    if (sketcher && plan.pending.length > 0) await drawPending(sketcher, plan, writer, options)
  } finally {
    await ledger.close()
  }
  const done = new Map([...plan.skipped, ...writer.done].map(({ output, inputHash }) => [output, inputHash]))
  const sheet = await updateSheet(plan, done, writer.thumbnails)
  return {
    sketched: writer.done.length,
    failed: writer.failed,
    skipped: plan.skipped.length,
    ledger: plan.ledger,
    ...(sheet !== undefined && { contactSheet: sheet }),
  }
}

/** One batch is written while the next is drawn. */
async function drawPending(
  sketcher: Sketcher,
  { pending }: SketchPlan,
  writer: BatchWriter,
  { onError = 'continue' }: RunOptions,
): Promise<void> {
  let writing = Promise.resolve()
  let started = performance.now()
  try {
    for await (const batch of sketcher.sketchBatches(pending.map(({ path }) => path))) {
      await writing
      const now = performance.now()
      writing = writer.write(batch, (now - started) / 1000)
      // A failure is met when the next batch is drawn, or at the end.
      writing.catch(() => {})
      started = now
      if (onError === 'stop' && batch.some(({ error }) => error)) break
    }
  } finally {
    await writing
  }
}

async function makeFolders({ folder, pending }: SketchPlan): Promise<void> {
  for (const path of new Set([folder, ...pending.map(({ output }) => join(folder, dirname(output)))])) {
    try {
      await mkdir(path, { recursive: true })
    } catch (cause) {
      throw writeFailed(path, cause as NodeJS.ErrnoException)
    }
  }
}
