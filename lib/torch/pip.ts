/** Fetches wheels by the user's pip: its index, proxy and certificates hold. */
import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { python } from '../config.js'
import { SilverpointError } from '../errors.js'
import { platformTags, requirements, type WheelSet } from './wheels.js'

/**
 * Puts the wheels into `folder`, each with the SHA-256 that is pinned. On a terminal pip's own bar shows how far it is,
 * unless `quiet`.
 * @throws LIBTORCH_INSTALL_FAILED
 */
export async function download(
  set: WheelSet,
  folder: string,
  { signal, quiet = false }: { signal?: AbortSignal; quiet?: boolean },
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const list = join(folder, 'requirements.txt')
  await writeFile(list, requirements(set))
  const visible = process.stderr.isTTY && !quiet
  const args = [
    ...['-m', 'pip', 'download', '--disable-pip-version-check', '--no-cache-dir', '--no-deps'],
    ...['--require-hashes', '--only-binary', ':all:', '--python-version', '3.11'],
    ...platformTags(set).flatMap((tag) => ['--platform', tag]),
    ...['-r', list, '-d', folder, ...(visible ? [] : ['--quiet'])],
  ]
  // Its temporary files go where there is room, and where they are removed.
  const env = { ...process.env, TMPDIR: folder }
  await new Promise<void>((done, fail) => {
    const child = spawn(python(), args, { env, signal, stdio: ['ignore', visible ? 2 : 'ignore', 'pipe'] })
    let complaint = ''
    child.stderr?.on('data', (text) => (complaint = (complaint + text).slice(-4000)))
    child.on('error', (cause) =>
      fail(failure(`${cause.message}. Install Python 3 with pip, or name one in SILVERPOINT_PYTHON.`, cause)),
    )
    child.on('close', (code) => (code === 0 ? done() : fail(failure(lastWords(complaint, code)))))
  })
}

function lastWords(complaint: string, code: number | null): string {
  if (complaint.includes('No module named pip')) return 'it has no pip. Install python3-pip.'
  return complaint.trim() || `it ended with ${code}`
}

function failure(what: string, cause?: Error): SilverpointError {
  return new SilverpointError(
    'LIBTORCH_INSTALL_FAILED',
    `Expected ${python()} -m pip to fetch LibTorch but: ${what}\nOn a machine without the network: silverpoint libtorch install --from WHEELS`,
    { cause },
  )
}
