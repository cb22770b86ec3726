import cliProgress from 'cli-progress'
import { mayColour } from '../config.js'
import { duration } from './duration.js'
import type { Output } from './output.js'

/**
 * How far a job is: a bar with rate and time left on a terminal, a line now and then elsewhere, nothing with --quiet.
 */
export class Progress {
  readonly #output: Output
  readonly #label: string
  readonly #total: number
  readonly #started = performance.now()
  readonly #bar: cliProgress.SingleBar | undefined
  #lastLine = Number.NEGATIVE_INFINITY

  constructor(output: Output, label: string, total: number) {
    this.#output = output
    this.#label = label
    this.#total = total
    if (output.quiet || !process.stderr.isTTY) return
    const colour = mayColour() ? '\u001b[36m' : ''
    const plain = colour && '\u001b[0m'
    this.#bar = new cliProgress.SingleBar({
      stream: process.stderr,
      format: `${label} ${colour}{bar}${plain} {value}/{total} · {rate} · {left} left {note}`,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      hideCursor: true,
    })
    this.#bar.start(total, 0, { rate: '-', left: '-', note: '' })
  }

  update(done: number, note = ''): void {
    const seconds = (performance.now() - this.#started) / 1000
    const rate = done / seconds
    const fields = { rate: `${rate.toPrecision(3)}/s`, left: duration((this.#total - done) / rate), note }
    if (this.#bar) this.#bar.update(done, fields)
    else
      this.#line(done, `${this.#label} ${done}/${this.#total} · ${fields.rate} · ${fields.left} left ${note}`)
  }

  stop(): void {
    this.#bar?.stop()
  }

  /** The first line, then at most one in five seconds, and the last. */
  #line(done: number, text: string): void {
    const now = performance.now()
    if (done < this.#total && now - this.#lastLine < 5000) return
    this.#lastLine = now
    this.#output.note(text.trimEnd())
  }
}
