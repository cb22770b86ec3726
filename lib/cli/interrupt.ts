import { ExitCode } from './exit-codes.js'

/**
 * Runs a job that can be interrupted: the first Ctrl-C (or SIGTERM) lets it finish its current step and save, the
 * second ends the process.
 */
export async function interruptible<T>(job: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(ExitCode.interrupted)
    process.stderr.write('\nFinishing the current step. Press Ctrl-C again to stop at once.\n')
    controller.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    return await job(controller.signal)
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}
