/** silverpoint's commands, as their users start them. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = new URL('..', import.meta.url)

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

type Hear = (said: string, kill: (signal: NodeJS.Signals) => void) => void

export interface Start {
  env?: NodeJS.ProcessEnv
  cwd?: string
  stdin?: string | Buffer
  /** In bytes: no file it writes may be larger. What is beyond fails as on a full disk. */
  largestFile?: number
  /** Told all that stderr has said so far, with a way to send signals. */
  hear?: Hear
  /** The same of stdout. */
  hearResults?: Hear
}

export function silverpoint(args: readonly string[], start: Start = {}): Promise<Ended> {
  return node('dist/cli/main.js', args, start)
}

/** @param script below the project's folder. */
export function node(script: string, args: readonly string[], start: Start = {}): Promise<Ended> {
  const path = fileURLToPath(new URL(script, root))
  return new Promise((resolve) => {
    const { env, cwd, stdin, largestFile, hear, hearResults } = start
    const command = [process.execPath, path, ...args]
    // By POSIX in units of 512 bytes.
    if (largestFile !== undefined)
      command.unshift('sh', '-c', `ulimit -f ${Math.floor(largestFile / 512)} && exec "$@"`, 'sh')
    const child = spawn(command[0] as string, command.slice(1), { env: { ...process.env, ...env }, cwd })
    const ended = { stdout: '', stderr: '' }
    const kill = (signal: NodeJS.Signals) => child.kill(signal)
    child.stdout.on('data', (text) => {
      ended.stdout += text
      hearResults?.(ended.stdout, kill)
    })
    child.stderr.on('data', (text) => {
      ended.stderr += text
      hear?.(ended.stderr, kill)
    })
    child.stdin.on('error', () => {})
    child.stdin.end(stdin)
    child.on('close', (code, signal) => resolve({ ...ended, code, signal }))
  })
}
