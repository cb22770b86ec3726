/** Takes LibTorch's files out of wheels, each checked against the sum that the wheel's RECORD holds. */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import { SilverpointError } from '../errors.js'
import { placeOf, type Variant } from './wheels.js'

export interface UnpackOptions {
  variant: Variant
  signal?: AbortSignal
}

/** Writes what is kept of `wheel` under `target`. @throws LIBTORCH_INSTALL_FAILED for a damaged wheel. */
export async function unpack(
  wheel: string,
  target: string,
  { variant, signal }: UnpackOptions,
): Promise<void> {
  try {
    const archive = await yauzl.openPromise(wheel, { autoClose: false, lazyEntries: true })
    try {
      const entries: yauzl.Entry[] = []
      for await (const entry of archive.eachEntry()) entries.push(entry)
      const record = entries.find(({ fileName }) => fileName.endsWith('.dist-info/RECORD'))
      if (!record) throw new Error('it has no RECORD')
      const sums = parseRecord(await text(await archive.openReadStreamPromise(record)))
      for (const entry of entries) {
        const place = placeOf(entry.fileName, variant)
        if (place) await extract(archive, entry, join(target, place), sums.get(entry.fileName), signal)
      }
    } finally {
      archive.close()
    }
  } catch (cause) {
    signal?.throwIfAborted()
    throw new SilverpointError(
      'LIBTORCH_INSTALL_FAILED',
      `Expected a whole wheel in ${basename(wheel)} but: ${(cause as Error).message}. Fetch it again.`,
      { cause },
    )
  }
}

async function extract(
  archive: yauzl.ZipFile,
  entry: yauzl.Entry,
  file: string,
  wanted: string | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const sum = createHash('sha256')
  const measured = new PassThrough().on('data', (chunk) => sum.update(chunk))
  await mkdir(dirname(file), { recursive: true })
  await pipeline(await archive.openReadStreamPromise(entry), measured, createWriteStream(file), { signal })
  if (sum.digest('base64url') !== wanted) throw new Error(`${entry.fileName} differs from its sum in RECORD`)
}

/** RECORD's lines are `path,sha256=<base64url>,size`; no path that is kept holds a comma. */
function parseRecord(record: string): Map<string, string> {
  const sums = new Map<string, string>()
  for (const line of record.split(/\r?\n/)) {
    const [path = '', sum = ''] = line.split(',')
    if (sum.startsWith('sha256=')) sums.set(path, sum.slice('sha256='.length))
  }
  return sums
}
