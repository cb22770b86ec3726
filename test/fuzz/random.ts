import { crc32 } from 'node:zlib'
import { generator } from '../../lib/style/random.js'

/** What a seed decides: the same choices on every machine. */
export class Random {
  /** Uniform in [0, 1). */
  readonly next: () => number

  constructor(...seeds: (number | string)[]) {
    this.next = generator(crc32(seeds.join(' ')))
  }

  /** A whole number from 0 to `end` - 1. */
  below(end: number): number {
    return Math.floor(this.next() * end)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T
  }

  bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.below(256)))
  }
}
