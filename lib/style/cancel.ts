import { SilverpointError } from '../errors.js'

/** A native call can't be interrupted: jobs ask between calls. */
export function throwIfCancelled(signal: AbortSignal | undefined, message: string): void {
  if (signal?.aborted) throw new SilverpointError('CANCELLED', message)
}

/** What a promise gives, or CANCELLED where the signal is aborted before. */
export async function unlessCancelled<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  message: string,
): Promise<T> {
  if (!signal) return promise
  let cancel = () => {}
  const cancelled = new Promise<never>((_, reject) => {
    cancel = () => reject(new SilverpointError('CANCELLED', message))
    if (signal.aborted) cancel()
    else signal.addEventListener('abort', cancel)
  })
  try {
    return await Promise.race([promise, cancelled])
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}
