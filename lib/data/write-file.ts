import { createHash, randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { SilverpointError } from '../errors.js'

/**
 * Writes all of the file or none of it: beside it first, onto the disk, then renamed. A reader, or a run cut off at any
 * moment, sees the old file or the new one. WRITE_FAILED leaves what was there untouched, and nothing else behind.
 * What a killed run leaves, removeTemporaries takes away.
 */
export async function writeFileAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = temporaryBeside(path)
  try {
    await writeThrough(temporary, bytes)
    await rename(temporary, path)
  } catch (cause) {
    // Its own failure (a folder that is none) would only hide the cause.
    await rm(temporary, { force: true }).catch(() => {})
    throw writeFailed(path, cause as NodeJS.ErrnoException)
  }
}

/** Finds out before a long job whether its result could be written to `path`. @throws WRITE_FAILED */
export async function requireWritable(path: string): Promise<void> {
  const temporary = temporaryBeside(path)
  try {
    await writeThrough(temporary, new Uint8Array())
    await rm(temporary)
  } catch (cause) {
    throw writeFailed(path, cause as NodeJS.ErrnoException)
  }
}

export const temporaryBeside = (path: string): string => `${temporaryStem(path)}-${randomUUID()}.tmp`

/** What all temporary files of one file, or folders of one folder, begin with. Not its own name, which may be as long as the file system allows. */
export function temporaryStem(path: string): string {
  const hash = createHash('sha256').update(basename(path)).digest('hex')
  return join(dirname(path), `.silverpoint-${hash.slice(0, 16)}`)
}

async function writeThrough(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** By errno: what is the matter, and what to do. */
const CAUSES: Record<string, [string, string]> = {
  ENOSPC: ['no space is left on the device', 'Free some space or choose another folder.'],
  EDQUOT: ['the disk quota is used up', 'Free some space or choose another folder.'],
  EACCES: ['its folder does not allow it', 'Choose a folder you may write to.'],
  EPERM: ['its folder does not allow it', 'Choose a folder you may write to.'],
  EROFS: ['the file system is read-only', 'Choose a folder you may write to.'],
  ENOENT: ['its folder does not exist', 'Make the folder first.'],
  ENOTDIR: ['a part of its path is a file', 'Choose another path.'],
  ENAMETOOLONG: ['its name is too long', 'Choose a shorter one.'],
  EFBIG: ['files may not be that large here', 'Raise the limit (ulimit -f) or choose another folder.'],
  EISDIR: ['there is a folder of that name', 'Choose another name.'],
}

export function writeFailed(path: string, cause: NodeJS.ErrnoException): SilverpointError {
  const [reason, remedy] = CAUSES[cause.code ?? ''] ?? [cause.message, 'Choose another folder.']
  return new SilverpointError('WRITE_FAILED', `Expected to write ${path} but ${reason}. ${remedy}`, { cause })
}
