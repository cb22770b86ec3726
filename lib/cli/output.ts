import { inspect } from 'node:util'
import { SilverpointError } from '../errors.js'
import type { GlobalOptions } from './options.js'

/** Results go to stdout, everything else to stderr. With --json a result is one JSON line. */
export class Output {
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean

  constructor({ json = false, quiet = false, verbose = false }: GlobalOptions) {
    this.json = json
    this.quiet = quiet
    this.verbose = verbose
  }

  /** `text` for people, `value` for programs. */
  result(text: string, value: unknown): void {
    process.stdout.write(`${this.json ? JSON.stringify(value) : text}\n`)
  }

  /** What was chosen and why: said with --verbose. */
  detail(text: string): void {
    if (this.verbose) this.warn(text)
  }

  /** What one may do without: not said with --quiet. */
  note(text: string): void {
    if (!this.quiet) this.warn(text)
  }

  /** What went wrong without ending the job. */
  warn(text: string): void {
    process.stderr.write(`${text}\n`)
  }

  /** For a library's job that tells how it goes. */
  listeners(): { say: (text: string) => void; onWarning: (text: string) => void; quiet: boolean } {
    return { say: (text) => this.note(text), onWarning: (text) => this.warn(text), quiet: this.quiet }
  }

  /** What ended it: with its stack and causes where --verbose asks, or where nobody foresaw it. */
  error(error: unknown): void {
    const { code = 'UNEXPECTED', message } =
      error instanceof SilverpointError ? error : { message: (error as Error)?.message ?? String(error) }
    const whole = this.verbose || code === 'UNEXPECTED' ? inspect(error) : undefined
    if (this.json) this.warn(JSON.stringify({ error: { code, message, stack: whole } }))
    else this.warn(`error ${code}: ${whole ?? message}`)
  }
}
