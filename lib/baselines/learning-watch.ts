import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'

/**
 * The seconds that learning takes, PEZ's search apart, cut off and gone on with or not: what was learned before counts as
 * long as what is learned now, step by step; how long the search took is kept beside the checkpoint.
 */
export class LearningWatch {
  readonly #file: string
  readonly #resumed: boolean
  #pez: number | null
  /** When what is measured began, and after how many steps. */
  #from = { at: performance.now(), step: 0 }
  #steps = 0
  #writing = Promise.resolve()

  private constructor(file: string, resumed: boolean, pez: number | null) {
    this.#file = file
    this.#resumed = resumed
    this.#pez = pez
  }

  /** @param checkpoint of the learning; where it is, learning goes on from it. */
  static async start(checkpoint: string): Promise<LearningWatch> {
    const file = `${checkpoint}.pez`
    const resumed = existsSync(checkpoint)
    const pez = resumed ? Number(await readFile(file, 'utf8').catch(() => Number.NaN)) : Number.NaN
    return new LearningWatch(file, resumed, Number.isFinite(pez) ? pez : null)
  }

  /** PEZ's search is over. */
  found(): void {
    const now = performance.now()
    this.#pez = (now - this.#from.at) / 1000
    this.#from.at = now
    // Without it, a learning that is gone on with does not know how long the search took.
    this.#writing = writeFile(this.#file, String(this.#pez)).catch(() => {})
  }

  /** A step is done; those of before come first, all at once. */
  stepped(): void {
    this.#steps++
    if (!this.#resumed || this.#steps > 1) return
    queueMicrotask(() => {
      this.#from = { at: performance.now(), step: this.#steps }
    })
  }

  async stop(): Promise<{ pez: number | null; learning: number | null }> {
    const taken = this.#steps - this.#from.step
    const seconds = (performance.now() - this.#from.at) / 1000
    await this.#writing
    await rm(this.#file, { force: true })
    return { pez: this.#pez, learning: taken > 0 ? (seconds * this.#steps) / taken : null }
  }
}
