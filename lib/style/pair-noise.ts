import type { Bundle } from '../bundle/bundle.js'
import { normal, type Tensor, tensor } from '../torch/index.js'
import type { Draws } from './draws.js'

/** What the pairs see at a draw. */
export interface Noised {
  /** [P] int64: the same for all. */
  t: Tensor
  /** [P, C, h, w]: each pair's own. */
  noise: Tensor
}

/** Turns draws into timesteps and noise for every pair. */
export class PairNoise {
  /** [P, C, h, w] */
  readonly shape: readonly number[]
  readonly #bundle: Bundle
  readonly #count: number
  readonly #seed: number

  constructor(bundle: Bundle, count: number, seed: number) {
    const { vae, manifest } = bundle
    this.#bundle = bundle
    this.#count = count
    this.#seed = seed
    this.shape = [count, ...vae.latentShape(manifest.resolution)]
  }

  /** Both int64 [1], on the CPU. */
  at(timestep: Tensor, draw: Tensor): Noised {
    const { device } = this.#bundle
    const item = wholeNumbers([...Array(this.#count).keys()])
    return {
      t: timestep.expand([this.#count]).to({ device }),
      noise: normal(this.shape, { seed: this.#seed, item, draw, device }),
    }
  }

  of({ timesteps, draws }: Draws, index: number): Noised {
    return this.at(wholeNumbers([timesteps[index] as number]), wholeNumbers([draws[index] as number]))
  }
}

/** int64 [length] */
export const wholeNumbers = (values: readonly number[]): Tensor =>
  tensor(BigInt64Array.from(values, BigInt), [values.length])
