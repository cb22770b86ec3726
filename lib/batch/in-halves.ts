import { SilverpointError } from '../errors.js'

/**
 * Works on many at once; where memory does not suffice, on half of them, and so on down to one, whose result is then the
 * error.
 * @param onSmaller is told how many are tried next.
 */
export async function inHalves<T, R>(
  items: readonly T[],
  work: (items: readonly T[]) => Promise<R[]>,
  onSmaller: (size: number) => void,
): Promise<(R | SilverpointError)[]> {
  if (items.length === 0) return []
  try {
    return await work(items)
  } catch (error) {
    if (!(error instanceof SilverpointError) || error.code !== 'OUT_OF_MEMORY') throw error
    if (items.length === 1) return [error]
    const half = Math.ceil(items.length / 2)
    onSmaller(half)
    return [
      ...(await inHalves(items.slice(0, half), work, onSmaller)),
      ...(await inHalves(items.slice(half), work, onSmaller)),
    ]
  }
}
