import { SilverpointError } from '../errors.js'

/** Results go to stdout, everything else to stderr. With --json a result is one JSON line. */
export class Output {
  readonly json: boolean
  readonly quiet: boolean

  constructor(options: { json?: boolean | undefined; quiet?: boolean | undefined }) {
    this.json = options.json ?? false
    this.quiet = options.quiet ?? false
  }

  /** `text` for people, `value` for programs. */
  result(text: string, value: unknown): void {
    process.stdout.write(`${this.json ? JSON.stringify(value) : text}\n`)
  }

  /** What one may do without. */
  note(text: string): void {
    if (!this.quiet) this.warn(text)
  }

  /** What went wrong without ending the job. */
  warn(text: string): void {
    process.stderr.write(`${text}\n`)
  }

  error(error: unknown): void {
    const known = error instanceof SilverpointError
    if (this.json) {
      const { message, stack } = error as Error
      const fields = known ? { code: error.code, message } : { code: 'UNEXPECTED', message, stack }
      process.stderr.write(`${JSON.stringify({ error: fields })}\n`)
    } else {
      process.stderr.write(
        known ? `error ${error.code}: ${error.message}\n` : `${(error as Error)?.stack ?? error}\n`,
      )
    }
  }
}
