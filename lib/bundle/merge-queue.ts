/** The pairs of one word that may be merged, earliest merge first and then leftmost: a binary heap. */
export class MergeQueue {
  /** Each pair as one number, rank * PLACES + place: they are ordered as these are. */
  readonly #heap: number[] = []

  push(rank: number, place: number): void {
    const key = rank * PLACES + place
    const heap = this.#heap
    let at = heap.push(key) - 1
    for (let above = (at - 1) >> 1; at > 0 && (heap[above] as number) > key; above = (at - 1) >> 1) {
      heap[at] = heap[above] as number
      at = above
    }
    heap[at] = key
  }

  pop(): { rank: number; place: number } | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined) return undefined
    if (heap.length > 0) this.#sink(last)
    return { rank: Math.floor(first / PLACES), place: first % PLACES }
  }

  /** Puts a key where the first one was. */
  #sink(key: number): void {
    const heap = this.#heap
    let at = 0
    while (true) {
      let below = 2 * at + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && (heap[below + 1] as number) < (heap[below] as number)) below++
      if ((heap[below] as number) >= key) break
      heap[at] = heap[below] as number
      at = below
    }
    heap[at] = key
  }
}

/** More bytes than a string of JavaScript has; a rank below 2^21 beside it keeps the whole number exact. */
const PLACES = 2 ** 32
