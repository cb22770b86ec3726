// `kill -9` at random moments of the two long jobs: whether the same command then makes, byte for byte, the files of a run
// that was not cut off, and leaves no others. With the tests' tiny bundle; test/kill.test.ts does it a few times.
//
//   node bench/kill.mjs [kills of each, 50] [seed]        after `npm run build`
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { generator } from '../dist/style/random.js'
import { contents } from '../test/contents.mjs'

const PHOTOS = 40
const STEPS = 30
const pathOf = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const MODEL = ['--bundle', pathOf('test/fixtures/tiny'), '--device', 'cpu', '--threads', '1']

/** Of a job of 40 photos. @returns what was found, in a sentence. @throws AssertionError. */
export const killSketching = (kills, seed) =>
  inFolder(async (folder) => {
    const style = join(folder, 'style.safetensors')
    await silverpoint([...(await learning(folder)), '--steps', '1', '-o', style]).ended
    const photos = join(folder, 'photos')
    for (let n = 0; n < PHOTOS; n++) await picture(join(photos, n % 3 ? '' : 'sub'), n)
    const args = ['sketch', style, photos, '--steps', '1', '--skip-existing', ...MODEL]
    return killOften({ folder, args, kills, seed, files: PHOTOS / 2 })
  })

/** Of a learning run; where one is to be gone on with, it was stopped by Ctrl-C before. @returns and throws as above. */
export const killLearning = (kills, seed) =>
  inFolder(async (folder) => {
    const args = [...(await learning(folder)), '--steps', `${STEPS}`]
    return killOften({ folder, args, kills, seed, files: 2, name: 'style.safetensors', interrupt: true })
  })

async function inFolder(work) {
  const folder = await mkdtemp(join(tmpdir(), 'silverpoint-kill-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** @param files how many are written at least: every third run is killed as one of them is. @param name of the output. */
async function killOften({ folder, args, kills, seed, files, name = '', interrupt = false }) {
  const random = generator(seed)
  const command = (out) => [...args, '-o', join(out, name)]
  const whole = await undisturbed(command, join(folder, 'whole'))
  const tally = { killed: 0, withTemporaries: 0, left: new Map() }
  for (let kill = 0; kill < kills; kill++) {
    const out = join(folder, `killed-${kill}`)
    await mkdir(out)
    if (interrupt) await interrupted(command(out), random() * whole.milliseconds)
    const moment =
      kill % 3 === 2
        ? { temporaries: 1 + Math.floor(random() * files) }
        : { after: random() * whole.milliseconds }
    const signal = await killed(command(out), out, moment)
    if (signal === 'SIGKILL') count(Object.keys(await contents(out)), tally)
    await silverpoint(command(out)).ended
    assert.deepEqual(await comparable(out), whole.files, `after kill ${kill}, at ${JSON.stringify(moment)}`)
    await rm(out, { recursive: true })
  }
  const left = [...tally.left].sort(([a], [b]) => a - b).map(([there, runs]) => `${there} (${runs}x)`)
  // A run may be quicker than the one that its moment was chosen by; how many were is told.
  assert(tally.killed > 0, `none of ${kills} runs was killed before it ended`)
  return `${tally.killed} of ${kills} runs killed before they ended; ${tally.withTemporaries} left temporary files; finished files there: ${left.join(', ')}; all went on to the same files, and no others`
}

function count(names, tally) {
  const finished = names.filter((name) => !name.endsWith('.tmp')).length
  tally.killed++
  if (finished < names.length) tally.withTemporaries++
  tally.left.set(finished, (tally.left.get(finished) ?? 0) + 1)
}

/** @returns its files, and how long it takes once its bundle is open. */
async function undisturbed(command, out) {
  await mkdir(out)
  const run = silverpoint(command(out))
  await run.said('bundle tiny')
  const started = performance.now()
  await run.ended
  return { files: await comparable(out), milliseconds: performance.now() - started }
}

/** Ctrl-C, so many ms after the first step. */
async function interrupted(args, after) {
  const run = silverpoint(args)
  await run.said('learning 1/')
  setTimeout(() => run.kill('SIGINT'), after)
  await run.ended
}

/**
 * Kills a run where it does not end before: so many ms after its bundle is open, or as its n-th temporary file appears.
 * @returns the signal that ended it.
 */
async function killed(args, out, { after, temporaries }) {
  const run = silverpoint(args)
  await run.said('bundle tiny')
  const seen = new Set()
  const watcher = watch(out, (_, name) => {
    if (name.endsWith('.tmp')) seen.add(name)
    if (seen.size >= temporaries) run.kill('SIGKILL')
  })
  if (after !== undefined) setTimeout(() => run.kill('SIGKILL'), after)
  const signal = await run.ended
  watcher.close()
  return signal
}

/** Starts a command. `ended` is the signal that ended it; an exit code that is no stop's is an error. */
function silverpoint(args) {
  const child = spawn(process.execPath, [pathOf('dist/cli/main.js'), ...args])
  let stderr = ''
  child.stdout.resume()
  child.stderr.on('data', (text) => (stderr += text))
  const ended = new Promise((resolve, reject) => {
    child.on('close', (code, signal) => {
      if (signal || code === 0 || code === 130) resolve(signal)
      else reject(new Error(`silverpoint ${args.join(' ')} ended with ${code}:\n${stderr}`))
    })
  })
  const said = (text) =>
    Promise.race([
      ended,
      new Promise((resolve) => child.stderr.on('data', () => stderr.includes(text) && resolve())),
    ])
  return { ended, said, kill: (signal) => child.kill(signal) }
}

/** The files below a folder; of the ledger what must not differ between runs. */
async function comparable(out) {
  const files = await contents(out)
  if (!files['ledger.jsonl']) return files
  const lines = (await readFile(join(out, 'ledger.jsonl'), 'utf8')).trimEnd().split('\n')
  return { ...files, 'ledger.jsonl': lines.map((line) => ({ ...JSON.parse(line), seconds: null })) }
}

async function learning(folder) {
  const [photo, sketch] = [await picture(folder, 100), await picture(folder, 101)]
  return ['learn', photo, sketch, '--text', 'a sketch', ...MODEL]
}

/** Blurred noise, another for every number. */
async function picture(folder, n) {
  await mkdir(folder, { recursive: true })
  const noise = Uint8Array.from({ length: 192 }, (_, i) => (Math.sin(n * 31 + i * 5.1) + 1) * 127)
  const path = join(folder, `${n}.png`)
  const raw = { width: 8, height: 8, channels: 3 }
  await sharp(noise, { raw }).resize(60, 80, { fit: 'fill' }).toFile(path)
  return path
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [kills = 50, seed = 1] = process.argv.slice(2).map(Number)
  console.log(`a folder of ${PHOTOS} photos: ${await killSketching(kills, seed)}`)
  console.log(`learning: ${await killLearning(kills, seed)}`)
}
