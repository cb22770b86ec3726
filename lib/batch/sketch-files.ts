/** Photos of a disk to sketches on it. */
import { mkdir } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { contactSheet, type SheetRow, thumbnail } from '../data/contact-sheet.js'
import { encodePng, type Image } from '../data/image.js'
import { writeFileAtomically } from '../data/write-file.js'
import { invalidArgument, SilverpointError } from '../errors.js'
import { version } from '../version.js'
import type { Sketcher } from './sketcher.js'

export type FileResult =
  | { photo: string; sketch: string; error?: undefined }
  | { photo: string; error: Error; sketch?: undefined }

export interface Summary {
  sketched: number
  failed: number
  /** Where the contact sheet is; none when nothing was sketched. */
  contactSheet?: string
}

const ON_SHEET = 64
const SHEET = 'contact-sheet.png'

/**
 * Sketches files into a folder, one PNG each, with a contact sheet of the first 64.
 * @throws INVALID_ARGUMENT where two photos would write one sketch; WRITE_FAILED.
 */
export async function sketchFiles(
  sketcher: Sketcher,
  photos: readonly string[],
  folder: string,
  { onItem }: { onItem?: (item: FileResult, done: number) => void } = {},
): Promise<Summary> {
  const outputs = outputsFor(photos, folder)
  await makeFolder(folder)
  const rows: SheetRow[] = []
  const summary: Summary = { sketched: 0, failed: 0 }
  for await (const result of sketcher.sketch(photos)) {
    const photo = photos[result.index] as string
    if (result.error) {
      summary.failed++
      onItem?.({ photo, error: result.error }, result.index + 1)
      continue
    }
    const sketch = outputs[result.index] as string
    const metadata = { ...sketcher.parameters, photo: basename(photo), silverpoint: version }
    await writeFileAtomically(sketch, await encodePng(result.sketch, metadata))
    summary.sketched++
    if (rows.length < ON_SHEET) rows.push(await sheetRow(result.original, result.sketch, basename(photo)))
    onItem?.({ photo, sketch }, result.index + 1)
  }
  if (rows.length > 0) {
    summary.contactSheet = join(folder, SHEET)
    await writeFileAtomically(summary.contactSheet, await contactSheet(rows))
  }
  return summary
}

/** Scaled down at once: the sheet's pictures are kept until the end. */
async function sheetRow(photo: Image, sketch: Image, name: string): Promise<SheetRow> {
  return { photo: await thumbnail(photo), sketch: await thumbnail(sketch), name }
}

/** photo.jpg -> folder/photo.png */
function outputsFor(photos: readonly string[], folder: string): string[] {
  const taken = new Map<string, string>([[SHEET, 'the contact sheet']])
  return photos.map((photo) => {
    const name = `${basename(photo, extname(photo))}.png`
    const other = taken.get(name)
    if (other) {
      throw invalidArgument(
        'photos',
        'names that differ',
        photo,
        `Its sketch would have the name of ${other}'s (${name}): rename one, or use two folders.`,
      )
    }
    taken.set(name, photo)
    return join(folder, name)
  })
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
  } catch (cause) {
    throw new SilverpointError(
      'WRITE_FAILED',
      `Expected to make the folder ${folder} but could not: ${(cause as Error).message}. Choose another.`,
      { cause },
    )
  }
}
