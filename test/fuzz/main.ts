/**
 * npm run test:fuzz -- [--inputs 200000] [--seed 1]
 * Feeds every reader of ours with damaged files, one process a core, so that a crash or a hang is a finding, too. Each
 * failing input is saved. Exit code 1 if there are any.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Failure, inputOf } from './attempt.js'
import { fuzz, openSubject, type Part, plan, type Share } from './plan.js'

const HANG_SECONDS = 30
const SAVED = join('.build', 'fuzz')
const work = mkdtempSync(join(tmpdir(), 'silverpoint-fuzz-'))

if (process.send) await child(JSON.parse(process.argv[2] as string))
else await main()

/** Tells the parent of failures; which input it is at stands in a file, for after a crash nothing more can be told. */
async function child({ share, progress }: { share: Share; progress: string }): Promise<void> {
  const at = Buffer.alloc(4)
  const before = (number: number) => {
    at.writeUInt32LE(number)
    writeFileSync(progress, at)
  }
  await fuzz(share, work, before, (failure) => process.send?.(failure))
  rmSync(work, { recursive: true })
  process.disconnect()
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { inputs: { type: 'string', default: '200000' }, seed: { type: 'string', default: '1' } },
  })
  const [inputs, seed] = [Number(values.inputs), Number(values.seed)]
  const parts = plan(inputs)
  const cores = availableParallelism()
  const start = performance.now()
  const failures: Failure[] = []
  const shares = Array.from({ length: cores }, (_, from) => ({ inputs, seed, from, step: cores }))
  await Promise.all(shares.map((share) => runShare(share, parts, failures)))
  const seconds = Math.round((performance.now() - start) / 1000)
  for (const failure of failures) await report(failure, parts, seed)
  for (const { target, count } of parts) console.log(`${String(count).padStart(8)}  ${target.name}`)
  console.log(`${inputs} inputs of seed ${seed} in ${seconds} s on ${cores} cores: ${failures.length} failed`)
  rmSync(work, { recursive: true })
  process.exitCode = failures.length > 0 ? 1 : 0
}

/** One process after another until the share is done: an input that ends or holds up its process is left behind. */
async function runShare(share: Share, parts: readonly Part[], failures: Failure[]): Promise<void> {
  const progress = join(work, `progress-${share.from}`)
  for (let from = share.from; from < share.inputs; ) {
    const child = fork(process.argv[1] as string, [JSON.stringify({ share: { ...share, from }, progress })])
    child.on('message', (failure: Failure) => failures.push(failure))
    const end = await endOf(child, progress)
    if (!end) return
    const number = at(progress)
    const part = parts.findLast(({ first }) => first <= number) as Part
    failures.push({ target: part.target.name, index: number - part.first, reason: end })
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
  try {
    return readFileSync(progress).readUInt32LE(0)
  } catch {
    return 0
  }
}

async function report({ target: name, index, reason }: Failure, parts: readonly Part[], seed: number) {
  const { target } = parts.find(({ target }) => target.name === name) as Part
  const file = join(SAVED, `${name}-${seed}-${index}`)
  mkdirSync(SAVED, { recursive: true })
  writeFileSync(file, inputOf(await openSubject(target, work), target, seed, index))
  console.log(
    `FAILED ${name}, input ${index} of seed ${seed}, saved as ${file}\n  ${reason.replaceAll('\n', '\n  ')}`,
  )
}
