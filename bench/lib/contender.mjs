// Who is measured: a process that works on request, one JSON line in, one JSON line out. Ours and the peer's are asked alike,
// side by side; each has its own memory, which is told too.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))

export class Contender {
  /** @param name as it stands in tables. */
  constructor(name, command, args, threads, environment = {}) {
    this.name = name
    const own = { OMP_NUM_THREADS: String(threads), PYTHONDONTWRITEBYTECODE: '1', ...environment }
    const env = { ...process.env, ...own }
    this.process = spawn(command, args, { cwd: root, env, stdio: ['pipe', 'pipe', 'inherit'] })
    // That it has ended is told where its answer is awaited.
    this.process.stdin.on('error', () => {})
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]()
  }

  /** The answer to one piece of work; `seconds` are measured inside, without the way there and back. */
  async ask(work, options = {}) {
    this.process.stdin.write(`${JSON.stringify({ work, ...options })}\n`)
    const { value, done } = await this.lines.next()
    if (done) throw new Error(`${this.name} ended at "${work}"`)
    const answer = JSON.parse(value)
    if (answer.error) throw new Error(`${this.name} at "${work}": ${answer.error}`)
    return answer
  }

  /** Most memory resident during one piece of work, in MB. Linux alone resets its mark (proc(5), clear_refs). */
  async peakMB(work, options) {
    const { pid } = this.process
    await writeFile(`/proc/${pid}/clear_refs`, '5')
    await this.ask(work, options)
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    return Number(status.match(/VmHWM:\s+(\d+) kB/)[1]) / 1024
  }

  /** In MB, as the driver reckons it: what the process has asked of the GPU so far and not given back. */
  async gpuMB() {
    const asked = ['--query-compute-apps=pid,used_memory', '--format=csv,noheader,nounits']
    const { stdout } = await promisify(execFile)('nvidia-smi', asked)
    const mine = stdout.split('\n').find((line) => Number.parseInt(line, 10) === this.process.pid)
    if (!mine) throw new Error('nvidia-smi does not tell of this process')
    return Number(mine.split(',')[1])
  }

  async close() {
    this.process.stdin.end()
    if (this.process.exitCode === null) await once(this.process, 'exit')
  }
}

/** @param bundle a folder; without one the embedded bundle. @param setting what `environment` makes of it, in tables. */
export const silverpoint = ({
  bundle,
  device = 'cpu',
  dtype = 'float32',
  threads,
  setting,
  environment,
  gradientCheckpointing = false,
}) =>
  new Contender(
    ['silverpoint', ...(setting ? [setting] : []), short(dtype)].join(' '),
    process.execPath,
    [
      'bench/lib/silverpoint.mjs',
      device,
      dtype,
      threads,
      String(gradientCheckpointing),
      ...(bundle ? [bundle] : []),
    ],
    threads,
    environment,
  )

/**
 * diffusers on the folder that the bundle was exported from. `setting`: eager, channels-last, plain-attention, compile; on a GPU
 * also graphs (learning steps replayed as one) and compile-graphs; checkpointed: eager, with gradient checkpointing. All but these two
 * are channels last, on the CPU save compile.
 */
export const diffusers = ({ python, model, device = 'cpu', dtype = 'float32', setting = 'eager', threads }) =>
  new Contender(
    `diffusers ${setting} ${short(dtype)}`,
    python,
    [
      '-m',
      'bench.peer',
      model,
      '--device',
      device,
      '--dtype',
      dtype,
      '--setting',
      setting,
      '--threads',
      threads,
    ],
    threads,
  )

const short = (dtype) => ({ float32: 'f32', bfloat16: 'bf16' })[dtype] ?? dtype
