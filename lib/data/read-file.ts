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

/** What Node makes of a name's bytes that are no UTF-8: by such a name nothing is found. */
const NOT_UTF8 = '\uFFFD'

/** What a failed look at a file or a folder is called. */
export function readFailure(path: string, cause: NodeJS.ErrnoException): SilverpointError {
  if (cause.code === 'ENOENT' && path.includes(NOT_UTF8))
    return new SilverpointError(
      'FILE_UNREADABLE',
      `Expected a name in UTF-8 but ${path} has other bytes where it shows ${NOT_UTF8}. Rename it.`,
      { cause },
    )
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
