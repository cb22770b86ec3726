import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const child = fileURLToPath(new URL('./children/busy.mjs', import.meta.url))

/** How the child ended, such as "code 7" or "signal SIGSEGV", with what it complained of. */
function endOf(way: string): Promise<string> {
  return new Promise((resolve) => {
    const process = spawn(globalThis.process.execPath, [child, way], { stdio: ['ignore', 'ignore', 'pipe'] })
    let complaint = ''
    process.stderr.on('data', (text) => (complaint += text))
    process.on('close', (code, signal) =>
      resolve(`${signal ? `signal ${signal}` : `code ${code}`}${complaint && `: ${complaint}`}`),
    )
  })
}

/** As under the sanitizers, where each takes seconds. */
const TIMES = Number(process.env.LIFECYCLE_TIMES ?? 20)

// LibTorch's static destructors race with a compute thread that nobody stopped: segmentation faults, now and then.
describe(`a process in mid-work ends cleanly, ${TIMES} times of ${TIMES}`, () => {
  it.each([
    ['process.exit', 'code 7'],
    ['worker.terminate', 'code 7'],
    ['worker.terminate in mid-answer', 'code 7'],
    ['process.exit beside a worker', 'code 7'],
    ['SIGINT', 'code 130'],
    ['natural', 'code 7'],
    ['computing too late', 'code 7'],
  ])('by %s', { timeout: 1_800_000 }, async (way, wanted) => {
    for (let i = 0; i < TIMES; i++) expect(await endOf(way)).toBe(wanted)
  })
})
