/** LibTorch that the user has already: a folder of it, or wheels. */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { cp, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { SilverpointError } from '../errors.js'
import { libtorchCache } from './locate.js'
import { megabytes, requireRoom } from './room.js'
import { distributionOf, type WheelSet } from './wheels.js'

/** @throws LIBTORCH_INSTALL_FAILED for one that needs what lies beside it. */
export async function copyFolder(from: string, ready: string, say: (text: string) => void): Promise<void> {
  if (existsSync(join(dirname(from), 'nvidia'))) {
    throw new SilverpointError(
      'LIBTORCH_INSTALL_FAILED',
      `Expected a LibTorch folder that stands alone but ${from} needs ${join(dirname(from), 'nvidia')}. Use it where it is: SILVERPOINT_LIBTORCH=${from}`,
    )
  }
  const entries = await readdir(from, { recursive: true, withFileTypes: true })
  let bytes = 0
  for (const entry of entries)
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size
  await requireRoom(libtorchCache(), bytes)
  say(`copying LibTorch from ${from} (${megabytes(bytes)})`)
  await cp(from, ready, { recursive: true })
}

/** The wheels of `set`'s distributions in a folder, or beside torch's wheel. Those that are pinned must be the very same. */
export async function wheelsIn(from: string, set: WheelSet, say: (text: string) => void): Promise<string[]> {
  const given = await stat(from).catch((cause) => {
    throw new SilverpointError(
      'FILE_NOT_FOUND',
      `Expected a wheel or a folder in ${from} but there is none. Give what is there.`,
      { cause },
    )
  })
  const folder = given.isDirectory() ? from : dirname(from)
  const there = (await readdir(folder)).filter((name) => name.endsWith('.whl')).sort()
  const pinned = Object.keys(set.wheels)
  const chosen = pinned.map((file) => {
    const name = distributionOf(file)
    if (!given.isDirectory() && name === distributionOf(basename(from))) return basename(from)
    return there.includes(file) ? file : there.findLast((other) => distributionOf(other) === name)
  })
  const missing = pinned.filter((_, i) => !chosen[i])
  if (missing.length > 0) {
    throw new SilverpointError(
      'LIBTORCH_INSTALL_FAILED',
      `Expected all of LibTorch's wheels in ${folder} but missed:\n${missing.map((file) => `  ${file}`).join('\n')}\nFetch them on a machine with the network: pip download --no-deps NAME==VERSION`,
    )
  }
  for (const file of chosen as string[]) {
    const sum = set.wheels[file]
    if (sum === undefined) say(`${file} is not a wheel silverpoint knows: only its own sums are checked`)
    else await requireSum(join(folder, file), sum)
  }
  return (chosen as string[]).map((file) => join(folder, file))
}

async function requireSum(file: string, wanted: string): Promise<void> {
  const sum = createHash('sha256')
  await pipeline(createReadStream(file), sum)
  const got = sum.digest('hex')
  if (got === wanted) return
  throw new SilverpointError(
    'LIBTORCH_INSTALL_FAILED',
    `Expected the SHA-256 ${wanted} for ${file} but it is ${got}. Fetch it again.`,
  )
}
