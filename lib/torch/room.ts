/** Room on a disk. */
import { statfs } from 'node:fs/promises'
import { SilverpointError } from '../errors.js'

/** @throws LIBTORCH_INSTALL_FAILED unless `bytes` fit on the disk of `folder`. */
export async function requireRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  if (free >= bytes) return
  throw new SilverpointError(
    'LIBTORCH_INSTALL_FAILED',
    `Expected ${megabytes(bytes)} free in ${folder} but there are ${megabytes(free)}. Free some, or name another folder in SILVERPOINT_CACHE.`,
  )
}

export const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`
