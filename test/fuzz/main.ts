/**
 * npm run test:fuzz -- [--inputs 200000] [--seed 1]
 * Feeds every reader of ours with damaged files, one process a core, so that a crash or a hang is a finding, too. Each
 * failing input is saved. Exit code 1 if there are any.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Failure, inputOf } from './attempt.js'
import { fuzz, openSubject, type Part, plan, type Share } from './plan.js'

/** By the wall's clock, so generous: a machine may do other things. */
const HANG_SECONDS = 120
const SAVED = join('.build', 'fuzz')

interface Work {
  share: Share
  /** The number of the input it is at stands in a file: after a crash nothing more could be told. */
  progress: string
  folder: string
}

if (process.send) await child(JSON.parse(process.argv[2] as string))
else await main()

/** Tells the parent of failures. */
async function child({ share, progress, folder }: Work): Promise<void> {
  const file = openSync(progress, 'r+')
  const before = (number: number) => writeSync(file, bytesOf(number), 0, 4, 0)
  await fuzz(share, folder, before, (failure) => process.send?.(failure))
  process.disconnect()
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { inputs: { type: 'string', default: '200000' }, seed: { type: 'string', default: '1' } },
  })
  const [inputs, seed] = [Number(values.inputs), Number(values.seed)]
  const parts = plan(inputs)
  const cores = availableParallelism()
  const folder = mkdtempSync(join(tmpdir(), 'silverpoint-fuzz-'))
  const start = performance.now()
  let failures = 0
  let reported = Promise.resolve()
  const failed = (failure: Failure) => {
    failures++
    reported = reported.then(() => report(failure, parts, seed, folder))
  }
  const shares = Array.from({ length: cores }, (_, from) => ({ inputs, seed, from, step: cores }))
  await Promise.all(shares.map((share) => runShare(share, parts, folder, failed)))
  await reported
  const seconds = Math.round((performance.now() - start) / 1000)
  for (const { target, count } of parts) console.log(`${String(count).padStart(8)}  ${target.name}`)
  console.log(`${inputs} inputs of seed ${seed} in ${seconds} s on ${cores} cores: ${failures} failed`)
  rmSync(folder, { recursive: true })
  process.exitCode = failures > 0 ? 1 : 0
}

/** One process after another until the share is done: an input that ends or holds up its process is left behind. */
async function runShare(
  share: Share,
  parts: readonly Part[],
  folder: string,
  failed: (failure: Failure) => void,
): Promise<void> {
  const progress = join(folder, `progress-${share.from}`)
  for (let from = share.from; from < share.inputs; ) {
    writeFileSync(progress, bytesOf(from))
    const work: Work = { share: { ...share, from }, progress, folder: join(folder, `${from}`) }
    const child = fork(process.argv[1] as string, [JSON.stringify(work)])
    child.on('message', failed)
    const end = await endOf(child, progress)
    if (!end) return
    const number = at(progress)
    const part = parts.findLast(({ first }) => first <= number) as Part
    failed({ target: part.target.name, index: number - part.first, reason: end })
    from = number + share.step
  }
}

/** Undefined for a process that did all its work. */
function endOf(child: ChildProcess, progress: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let hung = false
    let [last, since] = [-1, performance.now()]
    const watch = setInterval(() => {
      const number = at(progress)
      if (number !== last) [last, since] = [number, performance.now()]
      if (performance.now() - since < HANG_SECONDS * 1000) return
      hung = true
      child.kill('SIGKILL')
    }, 1000)
    child.on('exit', (code, signal) => {
      clearInterval(watch)
      if (hung) resolve(`it did not end within ${HANG_SECONDS} s`)
      else resolve(code === 0 ? undefined : `the process ended with ${signal ?? code}`)
    })
  })
}

function at(progress: string): number {
  return readFileSync(progress).readUInt32LE(0)
}

function bytesOf(number: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(number)
  return bytes
}

async function report(
  { target: name, index, reason }: Failure,
  parts: readonly Part[],
  seed: number,
  folder: string,
): Promise<void> {
  const { target } = parts.find(({ target }) => target.name === name) as Part
  const file = join(SAVED, `${name}-${seed}-${index}`)
  mkdirSync(SAVED, { recursive: true })
  writeFileSync(file, inputOf(await openSubject(target, join(folder, 'failed')), target, seed, index))
  console.log(
    `FAILED ${name}, input ${index} of seed ${seed}, saved as ${file}\n  ${reason.replaceAll('\n', '\n  ')}`,
  )
}
