/**
 * What the branches without instruction predict depends on pair, timestep and noise alone. Kept for draws that steps come
 * back to, it lets a guided step cost what a conditional one costs: with y = target - constant, the guided loss
 * mse(text * e_text + constant, target) is mse(text * e_text, y), exactly.
 */
import { type Device, noGrad, scope, type Tensor, zeros } from '../torch/index.js'
import type { Draws } from './draws.js'

export class BranchCache {
  /** For each of the draws, as they come, which of the kept rows is its own. */
  readonly rows: readonly number[]
  /** [distinct draws, P, C, h, w] */
  readonly #values: Tensor
  /** Of a value of one pair: [C, h, w]. */
  readonly #shape: readonly number[]
  readonly #filled = new Set<number>()

  /** @param shape of one draw's value: [P, C, h, w]. */
  constructor({ timesteps, draws }: Draws, shape: readonly number[], device: Device) {
    const seen = new Map<string, number>()
    this.rows = draws.map((draw, i) => {
      const key = `${timesteps[i]} ${draw}`
      const row = seen.get(key) ?? seen.size
      seen.set(key, row)
      return row
    })
    this.#shape = shape.slice(1)
    this.#values = zeros([seen.size, ...shape], { device })
  }

  /** Works out, for the draws `from` to `to - 1`, what is not yet kept. Queued, not awaited. */
  fill(from: number, to: number, predict: (index: number) => Tensor): void {
    for (let index = from; index < to; index++) {
      const row = this.rows[index] as number
      if (this.#filled.has(row)) continue
      this.#filled.add(row)
      scope(() => noGrad(() => this.#values.select(0, row).copy_(predict(index))))
    }
  }

  /** [B * P, C, h, w]. @param rows int64 [B], where the values are. */
  at(rows: Tensor): Tensor {
    return this.#values.indexSelect(0, rows).reshape([-1, ...this.#shape])
  }

  dispose(): void {
    this.#values.dispose()
  }
}

/** Whether any draw comes more than once. */
export const comesBack = ({ timesteps, draws }: Draws): boolean =>
  new Set(draws.map((draw, i) => `${timesteps[i]} ${draw}`)).size < draws.length
