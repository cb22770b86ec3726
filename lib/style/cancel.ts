import { SilverpointError } from '../errors.js'

/** A native call can't be interrupted: jobs ask between calls. */
export function throwIfCancelled(signal: AbortSignal | undefined, message: string): void {
  if (signal?.aborted) throw new SilverpointError('CANCELLED', message)
}
