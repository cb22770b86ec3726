import { SilverpointError } from '../errors.js'
import { Interruption } from './exit-codes.js'
import type { Output } from './output.js'

/**
 * Runs a job that can be interrupted: the first Ctrl-C or SIGTERM lets it finish its current step and save, the second
 * ends the process. The job's CANCELLED then has the Interruption as its cause.
 */
export async function interruptible<T>(output: Output, job: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const onSignal = (signal: 'SIGINT' | 'SIGTERM') => {
    const interruption = new Interruption(signal)
    if (controller.signal.aborted) process.exit(interruption.exitCode)
    output.warn('\nFinishing the current step. Press Ctrl-C again to stop at once.')
    controller.abort(interruption)
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    return await job(controller.signal)
  } catch (error) {
    if (!(error instanceof SilverpointError) || error.code !== 'CANCELLED') throw error
    throw new SilverpointError('CANCELLED', error.message, { cause: controller.signal.reason })
  } finally {
    // Once interrupted the process is about to end, and a second signal is to end it as it would have before.
    if (!controller.signal.aborted) {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    }
  }
}
