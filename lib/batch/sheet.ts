/** The contact sheet of a folder job. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { contactSheet, type SheetRow, thumbnail } from '../data/contact-sheet.js'
import { framePhoto } from '../data/face-framing.js'
import { type Image, readImage, withMetadata } from '../data/image.js'
import { writeFileAtomically } from '../data/write-file.js'
import type { SilverpointError } from '../errors.js'
import { version } from '../version.js'
import { ownMetadata, type PlannedPhoto, type SketchPlan } from './plan.js'

export const ON_SHEET = 64

/**
 * Shows the first 64 photos that are done, framed as their sketches. It is made of the files, so that it is the same however
 * many runs they took, and only where it would show something else than it does.
 * @param done the photos' SHA-256 by their outputs.
 * @param framed thumbnails of photos that this run has framed already.
 * @returns where it is; undefined where nothing is done.
 */
export async function updateSheet(
  plan: SketchPlan,
  done: ReadonlyMap<string, string>,
  framed: ReadonlyMap<string, Image>,
): Promise<string | undefined> {
  const { contactSheet: path, parametersHash, photos } = plan
  const shown = photos.filter(({ output }) => done.has(output)).slice(0, ON_SHEET)
  if (shown.length === 0) return undefined
  const hash = createHash('sha256').update(parametersHash)
  for (const { output } of shown) hash.update(`\0${output}\0${done.get(output)}`)
  const shows = hash.digest('hex')
  if ((await ownMetadata(path))?.shows === shows) return path
  const rows: SheetRow[] = []
  for (const photo of shown) rows.push(...(await rowOf(photo, plan, framed)))
  const metadata = { what: 'contact sheet', shows, silverpoint: version }
  await writeFileAtomically(path, withMetadata(await contactSheet(rows), metadata))
  return path
}

/**
 * Scaled down at once: all of a sheet's pictures are in memory together.
 * @returns no row where photo or sketch was taken away meanwhile.
 */
async function rowOf(
  { path, relative, output }: PlannedPhoto,
  { folder, parameters }: SketchPlan,
  framed: ReadonlyMap<string, Image>,
): Promise<SheetRow[]> {
  try {
    const photo =
      framed.get(output) ??
      (await thumbnail((await framePhoto(path, parameters.resolution, parameters)).original))
    return [{ photo, sketch: await thumbnail(await readImage(join(folder, output))), name: relative }]
  } catch (error) {
    if ((error as SilverpointError).code !== 'FILE_NOT_FOUND') throw error
    return []
  }
}
