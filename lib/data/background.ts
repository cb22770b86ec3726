/** Work that would hold up the event loop, in a thread of its own. */
import { join } from 'node:path'
import { type TransferListItem, Worker } from 'node:worker_threads'
import { packageRoot } from '../torch/native.js'

interface Waiting<Answer> {
  resolve(answer: Answer): void
  reject(error: Error): void
}

/** What a worker of this folder says: to which job, and the answer or what went wrong. */
export type Reply<Answer> = { id: number } & ({ answer: Answer } | { error: string })

/** One thread for jobs of one kind, started with the first; it keeps the process alive only while one is under way. */
export class Background<Job, Answer> {
  readonly #file: string
  readonly #waiting = new Map<number, Waiting<Answer>>()
  #worker: Worker | undefined
  #jobs = 0

  /** `file`: a module of dist/data that answers each `{ id, job }` with a Reply. */
  constructor(file: string) {
    this.#file = file
  }

  /** Rejects with a plain Error: what it means is the caller's to say. */
  run(job: Job, transfer: TransferListItem[] = []): Promise<Answer> {
    this.#worker ??= this.#start()
    const worker = this.#worker
    const id = this.#jobs++
    worker.ref()
    return new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      worker.postMessage({ id, job }, transfer)
    })
  }

  #start(): Worker {
    const worker = new Worker(join(packageRoot(), 'dist', 'data', this.#file))
    worker.on('message', (reply: Reply<Answer>) => {
      const waiting = this.#waiting.get(reply.id)
      this.#waiting.delete(reply.id)
      if (this.#waiting.size === 0) worker.unref()
      if ('answer' in reply) waiting?.resolve(reply.answer)
      else waiting?.reject(new Error(reply.error))
    })
    // A thread that died takes its jobs with it; the next job starts another.
    worker.on('error', (error) => this.#fail(worker, error))
    worker.on('exit', (code) => this.#fail(worker, new Error(`its thread ended with code ${code}`)))
    return worker
  }

  #fail(worker: Worker, error: Error): void {
    if (worker !== this.#worker) return
    this.#worker = undefined
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
