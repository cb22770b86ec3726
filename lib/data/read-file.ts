import { readFile as read } from 'node:fs/promises'
import { SilverpointError } from '../errors.js'

/** The whole file. FILE_NOT_FOUND where there is none, FILE_UNREADABLE where it cannot be read. */
export async function readFile(path: string): Promise<Buffer> {
  try {
    return await read(path)
  } catch (cause) {
    throw readFailure(path, cause as NodeJS.ErrnoException)
  }
}

/** What a failed look at a file or a folder is called. */
export function readFailure(path: string, cause: NodeJS.ErrnoException): SilverpointError {
  return cause.code === 'ENOENT' || cause.code === 'ENOTDIR'
    ? new SilverpointError(
        'FILE_NOT_FOUND',
        `Expected a file at ${path} but there is none. Check the path.`,
        { cause },
      )
    : new SilverpointError(
        'FILE_UNREADABLE',
        `Expected to read ${path} but ${cause.message}. Check what it is and who may read it.`,
        { cause },
      )
}
