/** Learns styles into a folder: each once, whichever methods draw in it, and on from where it was cut off. */
import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import type { Bundle } from '../bundle/bundle.js'
import { hashJson } from '../data/json.js'
import { writeFileAtomically } from '../data/write-file.js'
import { learnStyle } from '../style/learn.js'
import { type Recipe, type RecipeName, recipe } from '../style/recipe.js'
import { type StepLosses, StepLossesSchema } from '../style/step-losses.js'
import { Style } from '../style/style.js'
import { LearningWatch } from './learning-watch.js'
import type { Learned, Task } from './method.js'
import { readResultsFile } from './results-file.js'

/** How a style is learned. */
export interface Learning {
  recipe: RecipeName
  changes?: Partial<Recipe>
  /** The text to begin from, in place of PEZ's. */
  text?: string
  /** From how many of the benchmark's pairs at once, the first; default from the one that the task names. */
  pairs?: number
}

/** What a style file does not tell of its learning. */
const Learnt = v.object({
  seconds: v.object({ pez: v.nullable(v.number()), learning: v.nullable(v.number()) }),
  losses: v.array(StepLossesSchema),
})
type Learnt = v.InferOutput<typeof Learnt>

export class Learner {
  readonly #bundle: Bundle
  readonly #folder: string

  /** @param folder holds results of one configuration, so that recipe, text, pair and seed tell styles apart. */
  constructor(bundle: Bundle, folder: string) {
    this.#bundle = bundle
    this.#folder = folder
  }

  /** @throws CANCELLED, what was learned so far kept; RESULTS_INVALID; and whatever learnStyle throws. */
  async learn(learning: Learning, task: Task): Promise<{ style: Style; learned: Learned }> {
    const file = `styles/${nameOf(learning, task)}.safetensors`
    const path = join(this.#folder, file)
    // Written last: where it is, the style is.
    const record = `${path}.json`
    const learnt = existsSync(record)
      ? await readResultsFile(Learnt, record)
      : await this.#learn(learning, task, path)
    if (!existsSync(record)) await writeFileAtomically(record, Buffer.from(JSON.stringify(learnt)))
    await rm(`${path}.checkpoint`, { force: true })
    const style = await Style.load(path)
    const { text, step } = style.provenance
    return { style, learned: { ...learnt, style: { file, text, step } } }
  }

  async #learn(learning: Learning, task: Task, path: string): Promise<Learnt> {
    const { seed, signal, onProgress } = task
    await mkdir(join(this.#folder, 'styles'), { recursive: true })
    const checkpoint = `${path}.checkpoint`
    const watch = await LearningWatch.start(checkpoint)
    const losses: StepLosses[] = []
    const { recipe, changes, text } = learning
    const style = await learnStyle(this.#bundle, pairsOf(learning, task), {
      ...{ recipe, changes, text, seed, signal, checkpoint, crop: 'none', align: 'never' },
      onText: (done, total) => {
        if (done === total) watch.found()
        onProgress?.('finding a text', done, total)
      },
      onStep: (step, total) => {
        losses.push(step)
        watch.stepped()
        onProgress?.('learning', step.step, total)
      },
    })
    const seconds = await watch.stop()
    await style.save(path)
    return { seconds, losses }
  }
}

const pairsOf = ({ pairs }: Learning, { pair, allPairs }: Task) =>
  pairs === undefined ? [pair] : allPairs.slice(0, pairs)

function nameOf(learning: Learning, task: Task): string {
  const { recipe: name, changes, text = null } = learning
  const pairs = pairsOf(learning, task).map(({ stem }) => stem)
  const all = { recipe: recipe(name, changes), text, pairs, seed: task.seed }
  return hashJson(all).slice(0, 16)
}
