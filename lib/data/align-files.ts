/** Pairs of a disk, aligned. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { alignPair } from './align.js'
import { alignmentPicture } from './align-picture.js'
import type { Similarity } from './align-similarity.js'
import { encodePng, readImage } from './image.js'
import { requireWritable, writeFileAtomically } from './write-file.js'

/** The paths of what was written. */
export interface AlignedFiles {
  /** The photo, in the sketch's frame. */
  photo: string
  /** The sketch as it was. */
  sketch: string
  /** The photo and the sketch with their landmarks, and one over the other. */
  picture: string
  /** From places in the photo to places in the sketch, in px. */
  move: Similarity
}

/**
 * Writes photo.png (the photo in the sketch's frame), sketch.png and alignment.png into a folder.
 * @throws FACE_NOT_FOUND, WRITE_FAILED and whatever readImage throws.
 */
export async function alignFiles(photo: string, sketch: string, folder: string): Promise<AlignedFiles> {
  await mkdir(folder, { recursive: true }).catch(() => {})
  await requireWritable(join(folder, 'photo.png'))
  const images = { photo: await readImage(photo), sketch: await readImage(sketch) }
  const alignment = await alignPair(images.photo, images.sketch, { photo, sketch })
  const written = {
    photo: join(folder, 'photo.png'),
    sketch: join(folder, 'sketch.png'),
    picture: join(folder, 'alignment.png'),
  }
  await writeFileAtomically(written.photo, await encodePng(alignment.photo))
  await writeFileAtomically(written.sketch, await encodePng(images.sketch))
  await writeFileAtomically(written.picture, await alignmentPicture(images.photo, images.sketch, alignment))
  return { ...written, move: alignment.move }
}
