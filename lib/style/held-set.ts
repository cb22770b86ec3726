import type { Bundle } from '../bundle/bundle.js'
import { full, type Tensor } from '../torch/index.js'
import { BranchCache } from './branch-cache.js'
import { type Draws, heldDraws } from './draws.js'
import type { Instruction } from './instruction.js'
import type { Objective } from './objective.js'
import type { PairNoise } from './pair-noise.js'
import { wholeNumbers } from './pair-noise.js'

/** Draws that no step sees, and how an instruction fares on them. */
export class HeldSet {
  readonly #bundle: Bundle
  readonly #objective: Objective
  readonly #noise: PairNoise
  readonly #draws: Draws
  /** Of the guided prediction: the draws come back each time they are scored. */
  readonly #kept: BranchCache | undefined

  constructor(bundle: Bundle, objective: Objective, noise: PairNoise, count: number) {
    this.#bundle = bundle
    this.#objective = objective
    this.#noise = noise
    this.#draws = heldDraws(count, bundle.manifest.schedule.timesteps)
    if (objective.hasConstant) this.#kept = new BranchCache(this.#draws, noise.shape, bundle.device)
  }

  /** To be called before `score`, each time. */
  fill(): void {
    this.#kept?.fill(0, this.#draws.draws.length, (index) => {
      const { t, noise } = this.#noise.of(this.#draws, index)
      return this.#objective.constant(t, noise)
    })
  }

  /** The mean loss of the present iterate, a scalar. Every other drawing is of the joined instruction. */
  score(instruction: Instruction): Tensor {
    const { device } = this.#bundle
    const context = instruction.context()
    const scores = this.#draws.draws.map((_, index) => {
      const { t, noise } = this.#noise.of(this.#draws, index)
      const constant = this.#kept?.at(wholeNumbers([index]).to({ device }))
      const drawn = instruction.drawn(context, full([], index % 2, { device }))
      return this.#objective.losses({ context, drawn }, t, noise, constant).total
    })
    return scores.reduce((sum, score) => sum.add(score)).div(scores.length)
  }

  dispose(): void {
    this.#kept?.dispose()
  }
}
