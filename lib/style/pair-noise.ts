import type { Bundle } from '../bundle/bundle.js'
import { cat, normal, type Tensor, tensor } from '../torch/index.js'
import type { Draws } from './draws.js'

/** What the pairs see at B draws; all pairs of the first draw first. */
export interface Noised {
  /** [B * P] int64: a draw's is the same for all pairs. */
  t: Tensor
  /** [B * P, C, h, w]: each pair's own. */
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

  /** Both int64 [B], on the CPU. @param batch B */
  at(timesteps: Tensor, draws: Tensor, batch = 1): Noised {
    const { device } = this.#bundle
    const item = wholeNumbers([...Array(this.#count).keys()])
    const noiseOf = (draw: Tensor) => normal(this.shape, { seed: this.#seed, item, draw, device })
    return {
      t: timesteps.reshape([batch, 1]).expand([batch, this.#count]).reshape([-1]).to({ device }),
      noise: cat(Array.from({ length: batch }, (_, b) => noiseOf(draws.narrow(0, b, 1)))),
    }
  }

  of({ timesteps, draws }: Draws, index: number): Noised {
    return this.at(wholeNumbers([timesteps[index] as number]), wholeNumbers([draws[index] as number]))
  }
}

/** int64 [length] */
export const wholeNumbers = (values: readonly number[]): Tensor =>
  tensor(BigInt64Array.from(values, BigInt), [values.length])
