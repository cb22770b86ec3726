/** Instruction tuning (Algorithm 1): one run of gradient descent on the rows of an instruction, resumable bit for bit. */
import type { Bundle } from '../bundle/bundle.js'
import type { EncodedText } from '../bundle/text-encoder.js'
import { fromStored, toStored } from '../data/stored-tensor.js'
import { NoiseSchedule } from '../diffusion/noise-schedule.js'
import { SilverpointError } from '../errors.js'
import {
  AdamW,
  full,
  grad,
  noGrad,
  normal,
  type Program,
  record,
  scope,
  type Tensor,
  tensor,
  where,
} from '../torch/index.js'
import type { Checkpoint } from './checkpoint.js'
import { type Draws, heldDraws } from './draws.js'
import { Instruction } from './instruction.js'
import { type EncodedPairs, type Losses, Objective } from './objective.js'
import type { Recipe } from './recipe.js'

/** The terms of one step's loss. */
export interface StepLosses {
  /** From 1. */
  step: number
  /** The weighted sum (Eq. 6). */
  total: number
  /** L_rec (Eq. 3), a mean of squares in what the network predicts. */
  reconstruction: number
  /** L_edit (Eq. 5). */
  edit: number
}

/** The iterate that will be returned, where that is not simply the last. */
interface Best {
  rows: Tensor
  score: Tensor
  step: Tensor
}

export class LearningRun {
  readonly history: StepLosses[] = []
  readonly #bundle: Bundle
  readonly #recipe: Recipe
  readonly #seed: number
  readonly #pairs: EncodedPairs
  readonly #instruction: Instruction
  readonly #objective: Objective
  readonly #optimizer: AdamW
  /** How many steps are done, as recorded steps read and count it. [1] int64 */
  readonly #counter: Tensor
  readonly #best: Best
  readonly #step: Program<Losses>
  readonly #score: Program<Tensor> | undefined

  /**
   * @param initial the text it begins from.
   * @param draws what each step sees: learningDraws of the recipe.
   */
  constructor(
    bundle: Bundle,
    pairs: EncodedPairs,
    initial: EncodedText,
    recipe: Recipe,
    draws: Draws,
    seed: number,
  ) {
    const { device, manifest } = bundle
    this.#bundle = bundle
    this.#recipe = recipe
    this.#seed = seed
    this.#pairs = pairs
    this.#instruction = new Instruction(initial, manifest.text.tokens)
    const schedule = new NoiseSchedule(manifest.schedule, device)
    const { context: negative } = bundle.text.encode('')
    this.#objective = new Objective(bundle, schedule, pairs, recipe, negative)
    const { learningRate, weightDecay } = recipe
    this.#optimizer = new AdamW([this.#instruction.rows], { lr: learningRate, weightDecay, device })
    this.#counter = tensor(BigInt64Array.of(0n), [1])
    this.#best = {
      rows: this.#instruction.rows.detach().clone(),
      score: full([], Number.POSITIVE_INFINITY, { device }),
      step: tensor(BigInt64Array.of(0n), [1]),
    }
    this.#step = this.#recordStep(draws)
    if (recipe.returned.kind === 'held')
      this.#score = this.#recordScore(heldDraws(recipe.returned.draws, manifest.schedule.timesteps))
  }

  get done(): number {
    return this.history.length
  }

  get finished(): boolean {
    return this.done >= this.#recipe.steps
  }

  /** Takes up to `steps` steps, fewer where the run ends or the held set is due. */
  async advance(steps: number): Promise<void> {
    const { returned } = this.#recipe
    if (this.done === 0) await this.#scoreHeld()
    const due = returned.kind === 'held' ? returned.every - (this.done % returned.every) : steps
    const times = Math.min(steps, due, this.#recipe.steps - this.done)
    const { total, reconstruction, edit } = this.#step.outputs
    const values = await this.#step.run(times, { watch: [total, reconstruction, edit] })
    const [totals, reconstructions, edits] = values as [Float64Array, Float64Array, Float64Array]
    for (let i = 0; i < times; i++) {
      this.history.push({
        step: this.done + 1,
        total: totals[i] as number,
        reconstruction: reconstructions[i] as number,
        edit: edits[i] as number,
      })
    }
    if (times === due || this.finished) await this.#scoreHeld()
  }

  /** What the recipe returns: the context [tokens * width] and the step whose iterate it is. */
  async result(): Promise<{ instruction: Float32Array; step: number }> {
    const last = this.#recipe.returned.kind === 'last'
    const step = last ? this.done : Number(await this.#best.step.item())
    const context = scope(() =>
      noGrad(() => this.#instruction.context(last ? this.#instruction.rows : this.#best.rows)),
    )
    const instruction = (await context.toArray()) as Float32Array
    context.dispose()
    return { instruction, step }
  }

  /** All but the text it began from. */
  async checkpoint(): Promise<{ tensors: Checkpoint['tensors']; state: Omit<Checkpoint['state'], 'text'> }> {
    const tensors = Object.fromEntries(
      await Promise.all(
        Object.entries(this.#state()).map(async ([name, value]) => [name, await toStored(value)] as const),
      ),
    )
    const best = { step: await this.#best.step.item(), score: await this.#best.score.item() }
    const history = this.history.map(
      ({ step, total, reconstruction, edit }): [number, number, number, number] => [
        step,
        total,
        reconstruction,
        edit,
      ],
    )
    // JSON has no infinity: no score yet.
    return { tensors, state: { history, best: Number.isFinite(best.score) ? best : null } }
  }

  /**
   * Goes on from a checkpoint of a run with the same settings.
   * @throws CHECKPOINT_MISMATCH where a tensor is missing, or is not what the run has.
   */
  async restore({ tensors, state: { history, best } }: Checkpoint): Promise<void> {
    for (const [name, value] of Object.entries(this.#state())) {
      const wanted = `float32 [${await value.shape()}]`
      const saved = tensors[name]
      const got = saved && `${saved.dtype} [${saved.shape}]`
      if (!saved || got !== wanted) {
        throw new SilverpointError(
          'CHECKPOINT_MISMATCH',
          `Expected a checkpoint with the tensor ${name} of ${wanted} but received ${got ?? `one with ${Object.keys(tensors).join(', ')}`}. Delete it to begin anew.`,
        )
      }
      scope(() => noGrad(() => value.copy_(fromStored(saved))))
    }
    this.history.push(
      ...history.map(([step, total, reconstruction, edit]) => ({ step, total, reconstruction, edit })),
    )
    this.#counter.fill_(history.length)
    if (best) {
      this.#best.step.fill_(best.step)
      this.#best.score.fill_(best.score)
    }
  }

  dispose(): void {
    this.#optimizer.dispose()
    this.#step.dispose()
    this.#score?.dispose()
    for (const value of [this.#instruction.rows, this.#counter, ...Object.values(this.#best)]) value.dispose()
  }

  /** The tensors that change from step to step. */
  #state(): Record<string, Tensor> {
    const optimizer = Object.entries(this.#optimizer.state())
    return {
      rows: this.#instruction.rows,
      'best.rows': this.#best.rows,
      ...Object.fromEntries(optimizer.map(([name, value]) => [`optimizer.${name}`, value])),
    }
  }

  #recordStep(draws: Draws): Program<Losses> {
    const timesteps = tensor(BigInt64Array.from(draws.timesteps, BigInt), [draws.timesteps.length])
    const numbers = tensor(BigInt64Array.from(draws.draws, BigInt), [draws.draws.length])
    return record(() => {
      const timestep = timesteps.indexSelect(0, this.#counter)
      const losses = this.#losses(timestep, numbers.indexSelect(0, this.#counter))
      const gradient = grad(losses.total, this.#instruction.rows)
      if (this.#recipe.returned.kind === 'lowest-step') this.#keepLowest(losses.reconstruction)
      this.#optimizer.step([this.#clipped(gradient)])
      this.#counter.add_(1)
      return losses
    })
  }

  /** Losses for every pair at one timestep, each pair with a noise of its own. Both arguments are int64 [1]. */
  #losses(timestep: Tensor, draw: Tensor): Losses {
    const { context, t, noise } = this.#inputs(timestep, draw)
    return this.#objective.losses(context, t, noise)
  }

  #inputs(timestep: Tensor, draw: Tensor): { context: Tensor; t: Tensor; noise: Tensor } {
    const { device, vae, manifest } = this.#bundle
    const { count } = this.#pairs
    const items = tensor(
      BigInt64Array.from({ length: count }, (_, pair) => BigInt(pair)),
      [count],
    )
    const shape = [count, ...vae.latentShape(manifest.resolution)]
    return {
      context: this.#instruction.context(),
      t: timestep.expand([count]).to({ device }),
      noise: normal(shape, { seed: this.#seed, item: items, draw, device }),
    }
  }

  /** As torch.nn.utils.clip_grad_norm_. */
  #clipped(gradient: Tensor): Tensor {
    const limit = this.#recipe.clipGradient
    if (limit === 0) return gradient
    const scale = full([], limit, { device: this.#bundle.device }).div(gradient.norm().add(1e-6))
    return gradient.mul(scale.clamp(null, 1))
  }

  #keepLowest(score: Tensor): void {
    noGrad(() => {
      const better = score.detach().lt(this.#best.score)
      this.#best.rows.copy_(where(better, this.#instruction.rows, this.#best.rows))
      this.#best.score.copy_(where(better, score.detach(), this.#best.score))
      this.#best.step.copy_(where(better.to({ device: 'cpu' }), this.#counter, this.#best.step))
    })
  }

  /** L_rec of the present iterate over draws that no step sees. */
  #recordScore(held: Draws): Program<Tensor> {
    return record(() =>
      noGrad(() => {
        const scores = held.timesteps.map((timestep, index) => {
          const one = (value: number) => tensor(BigInt64Array.of(BigInt(value)), [1])
          const { context, t, noise } = this.#inputs(one(timestep), one(held.draws[index] as number))
          return this.#objective.reconstruction(context, t, noise)
        })
        const mean = scores.reduce((sum, score) => sum.add(score)).div(scores.length)
        this.#keepLowest(mean)
        return mean
      }),
    )
  }

  async #scoreHeld(): Promise<void> {
    await this.#score?.run()
  }
}
