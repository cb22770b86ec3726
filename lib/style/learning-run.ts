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
  type Program,
  record,
  scope,
  type Tensor,
  tensor,
  where,
} from '../torch/index.js'
import { BranchCache, comesBack } from './branch-cache.js'
import type { Checkpoint } from './checkpoint.js'
import type { Draws } from './draws.js'
import { Instruction } from './instruction.js'
import { Likeness } from './likeness.js'
import { type EncodedPairs, type Losses, Objective } from './objective.js'
import { PairNoise, wholeNumbers } from './pair-noise.js'
import { repeatPairs } from './pairs.js'
import type { Recipe } from './recipe.js'
import { type StepLosses, TERMS } from './step-losses.js'

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
  readonly #noise: PairNoise
  readonly #instruction: Instruction
  readonly #objective: Objective
  /** Of one draw, whatever a step's batch. */
  readonly #single: Objective
  readonly #optimizer: AdamW
  /** How many steps are done, as recorded steps read and count it. [1] int64 */
  readonly #counter: Tensor
  readonly #best: Best
  readonly #draws: Draws
  readonly #pairs: EncodedPairs
  readonly #seed: number
  /** What chooses the iterate, where the recipe returns the likest. */
  #likeness: Likeness | undefined
  /** Of the guided prediction, where draws come back. */
  readonly #kept: BranchCache | undefined
  readonly #step: Program<Losses>

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
    this.#pairs = pairs
    this.#seed = seed
    this.#noise = new PairNoise(bundle, pairs.count, seed)
    const optional = recipe.drawing?.optional
    this.#instruction = new Instruction(
      initial,
      manifest.text.tokens,
      optional ? bundle.text.encode(optional) : undefined,
    )
    const schedule = new NoiseSchedule(manifest.schedule, device)
    const { context: negative } = bundle.text.encode('')
    const objective = (batch: number) =>
      new Objective(bundle, schedule, repeatPairs(pairs, batch), recipe, negative)
    this.#objective = objective(recipe.batch)
    this.#single = recipe.batch === 1 ? this.#objective : objective(1)
    const { learningRate, weightDecay } = recipe
    this.#optimizer = new AdamW([this.#instruction.rows], { lr: learningRate, weightDecay, device })
    this.#counter = tensor(BigInt64Array.of(0n), [1])
    this.#best = {
      rows: this.#instruction.rows.detach().clone(),
      score: full([], Number.POSITIVE_INFINITY, { device }),
      step: tensor(BigInt64Array.of(0n), [1]),
    }
    this.#draws = draws
    if (this.#single.hasConstant && comesBack(draws))
      this.#kept = new BranchCache(draws, this.#noise.shape, device)
    this.#step = this.#recordStep()
  }

  get done(): number {
    return this.history.length
  }

  get finished(): boolean {
    return this.done >= this.#recipe.steps
  }

  /** Takes up to `steps` steps, fewer where the run ends or iterates are compared. */
  async advance(steps: number): Promise<void> {
    const { returned } = this.#recipe
    if (this.done === 0) await this.#keepLikest()
    const due = returned.kind === 'likest' ? returned.every - (this.done % returned.every) : steps
    const times = Math.min(steps, due, this.#recipe.steps - this.done)
    const { batch } = this.#recipe
    this.#kept?.fill(batch * this.done, batch * (this.done + times), (index) => {
      const { t, noise } = this.#noise.of(this.#draws, index)
      return this.#single.constant(t, noise)
    })
    const { outputs } = this.#step
    const told = TERMS.filter((term) => outputs[term])
    const values = await this.#step.run(times, { watch: told.map((term) => outputs[term] as Tensor) })
    for (let i = 0; i < times; i++) {
      const terms = told.map((term, column) => [term, values[column]?.[i]])
      this.history.push({ step: this.done + 1, ...Object.fromEntries(terms) })
    }
    if (times === due || this.finished) await this.#keepLikest()
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
  async checkpoint(): Promise<{
    tensors: Checkpoint['tensors']
    state: Omit<Checkpoint['state'], 'initial'>
  }> {
    const tensors = Object.fromEntries(
      await Promise.all(
        Object.entries(this.#state()).map(async ([name, value]) => [name, await toStored(value)] as const),
      ),
    )
    const best = { step: await this.#best.step.item(), score: await this.#best.score.item() }
    // JSON has no infinity: no score yet.
    return { tensors, state: { history: this.history, best: Number.isFinite(best.score) ? best : null } }
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
    this.history.push(...history)
    this.#counter.fill_(history.length)
    if (best) {
      this.#best.step.fill_(best.step)
      this.#best.score.fill_(best.score)
    }
  }

  dispose(): void {
    for (const owned of [this.#optimizer, this.#step, this.#kept, this.#likeness]) owned?.dispose()
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

  #recordStep(): Program<Losses> {
    const { steps, batch } = this.#recipe
    const { timesteps, draws } = this.#draws
    const ofSteps = (values: readonly number[]) => wholeNumbers(values).reshape([steps, batch])
    const rows = this.#kept && ofSteps(this.#kept.rows)
    const [timestepsOf, drawsOf] = [ofSteps(timesteps), ofSteps(draws)]
    const { device } = this.#bundle
    // Every other drawing is of the joined instruction.
    const shareOf = tensor(
      Array.from({ length: steps }, (_, step) => step % 2),
      [steps],
    )
    return record(() => {
      const at = (values: Tensor) => values.indexSelect(0, this.#counter)
      const batchOf = (values: Tensor) => at(values).reshape([batch])
      const { t, noise } = this.#noise.at(batchOf(timestepsOf), batchOf(drawsOf), batch)
      const constant = rows && this.#kept?.at(batchOf(rows).to({ device }))
      const context = this.#instruction.context()
      const drawn = this.#instruction.drawn(context, at(shareOf).to({ device }))
      const losses = this.#objective.losses({ context, drawn }, t, noise, constant)
      const gradient = grad(losses.total, this.#instruction.rows)
      if (this.#recipe.returned.kind === 'lowest-step')
        this.#keepLowest(losses.reconstruction ?? losses.total)
      this.#optimizer.step([this.#clipped(gradient)])
      this.#counter.add_(1)
      return losses
    })
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

  /** Keeps the present iterate where the pairs come out more like their sketches, alone and joined, than by the one kept. */
  async #keepLikest(): Promise<void> {
    if (this.#recipe.returned.kind !== 'likest') return
    this.#likeness ??= await Likeness.of(this.#bundle, this.#pairs, this.#seed)
    const [alone, joined] = (await this.#likenessOf(this.#likeness)) as [number, number]
    const score = -(alone + joined) / 2
    if (score >= (await this.#best.score.item())) return
    noGrad(() => this.#best.rows.copy_(this.#instruction.rows))
    this.#best.score.fill_(score)
    this.#best.step.fill_(this.done)
  }

  /** Of the present iterate, alone and joined with the optional text. */
  #likenessOf(likeness: Likeness): Promise<number[]> {
    return scope(async () => {
      const context = this.#instruction.context()
      const joined = this.#instruction.drawn(context, full([], 1, { device: this.#bundle.device }))
      return likeness.scores([context, joined])
    })
  }
}
