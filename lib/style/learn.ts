/** Learning a style from one pair, or a few of one artist: the initial text, instruction tuning, the style. */
import type { Bundle } from '../bundle/bundle.js'
import { removeTemporaries } from '../data/temporaries.js'
import { invalidArgument } from '../errors.js'
import { inspectDevices, scope } from '../torch/index.js'
import { version } from '../version.js'
import { throwIfCancelled } from './cancel.js'
import { loadCheckpoint, type Settings, saveCheckpoint } from './checkpoint.js'
import { learningDraws } from './draws.js'
import { type InitialText, initialText } from './initial-text.js'
import { LearningRun } from './learning-run.js'
import { withManner } from './manner.js'
import {
  encodePairs,
  hashPair,
  mirrorPair,
  type Pair,
  type PairOptions,
  type PreparedPair,
  preparePair,
} from './pairs.js'
import { Palette } from './palette.js'
import type { Provenance } from './provenance.js'
import { type Recipe, type RecipeName, recipe as recipeOf } from './recipe.js'
import type { StepLosses } from './step-losses.js'
import { Style } from './style.js'

/** How a style is learned, and whom it tells. */
export interface LearnOptions extends PairOptions {
  /** Which preset; `default` unless said. */
  recipe?: RecipeName
  /** Values of the preset to change. */
  changes?: Partial<Recipe>
  /** The text to begin from, in place of PEZ's search. */
  text?: string
  /** A whole number; another gives other noise, and another search. Default 0. */
  seed?: number
  /**
   * A file that keeps the run: written every 15 seconds and when it is cancelled, and gone on from where it exists. It
   * stays when the style is learned: remove it once the style is saved, and nothing can be lost in between.
   */
  checkpoint?: string
  /** Ends the run after the current call, its checkpoint saved, with CANCELLED. */
  signal?: AbortSignal
  /** PEZ's progress. */
  onText?: (done: number, total: number, score: number) => void
  /** How many of PEZ's and the plain texts have been tried, where the recipe tries those. */
  onTried?: (done: number, total: number) => void
  /** Called with the losses of every step, in order; a resumed run begins with those already taken. */
  onStep?: (losses: StepLosses, total: number) => void
}

/** Steps a native call, so that progress shows and cancelling is quick. */
const CHUNK = 10
const SAVE_EVERY_MS = 15_000

/**
 * Learns the manner of the sketch in a pair. Several pairs of one artist are learned together. Pairs of files are framed
 * first, those of images are taken as they are.
 * @throws CANCELLED, CHECKPOINT_MISMATCH, TEXT_TOO_LONG, FACE_NOT_FOUND, IMAGE_INVALID and what reading pictures throws.
 *
 * @example
 * ```ts
 * const style = await learnStyle(bundle, { photo: 'photo.jpg', sketch: 'sketch.png' }, {
 *   checkpoint: 'conte.checkpoint',
 *   signal: AbortSignal.timeout(600_000),
 *   onStep: ({ step, total }, steps) => console.error(`${step} of ${steps}: ${total}`),
 * })
 * await style.save('conte.safetensors')
 * ```
 */
export async function learnStyle(
  bundle: Bundle,
  pairs: Pair | PreparedPair | readonly (Pair | PreparedPair)[],
  options: LearnOptions = {},
): Promise<Style> {
  const list = Array.isArray(pairs) ? pairs : [pairs]
  if (list.length === 0) throw invalidArgument('pairs', 'at least one pair', 0)
  const recipe = recipeOf(options.recipe ?? 'default', options.changes)
  const prepared = await Promise.all(
    list.map((pair) => preparePair(pair, bundle.manifest.resolution, options)),
  )
  const palette = recipe.palette ? Palette.of(prepared.map(({ sketch }) => sketch)) : undefined
  const seen = prepared.map(({ photo, sketch }) => ({ photo, sketch: palette?.onWhite(sketch) ?? sketch }))
  const settings = await settingsOf(bundle, prepared, recipe, options)
  const { checkpoint } = options
  if (checkpoint) await removeTemporaries([checkpoint])
  const saved = checkpoint ? await loadCheckpoint(checkpoint, settings) : undefined

  return scope(async () => {
    const pairs = encodePairs(bundle, recipe.mirrored ? [...seen, ...seen.map(mirrorPair)] : seen)
    const initial = saved?.state.initial ?? (await initialText(bundle, pairs, recipe, options))
    // Only steps that draw ask the image tower again.
    if (!recipe.drawing) bundle.images.unload()
    const run = new LearningRun(
      bundle,
      pairs,
      withManner(bundle.text.encode(initial.text), pairs, recipe.manner),
      recipe,
      learningDraws(recipe, bundle.manifest.schedule.timesteps, settings.seed),
      settings.seed,
    )
    const save = async () => {
      if (!checkpoint) return
      const { tensors, state } = await run.checkpoint()
      await saveCheckpoint(checkpoint, settings, { tensors, state: { ...state, initial } })
    }
    if (saved) await run.restore(saved)
    await descend(run, recipe.steps, save, options)
    const recipeName = options.recipe ?? 'default'
    const style = await styleOf(bundle, run, { initial, palette, recipeName, recipe, settings })
    run.dispose()
    bundle.images.unload()
    return style
  })
}

/** Steps until the recipe's end, saving now and then and when it is cancelled. */
async function descend(
  run: LearningRun,
  steps: number,
  save: () => Promise<void>,
  { signal, onStep, checkpoint }: LearnOptions,
): Promise<void> {
  let told = 0
  let savedAt = performance.now()
  while (true) {
    for (; told < run.done; told++) onStep?.(run.history[told] as StepLosses, steps)
    if (run.finished) return
    if (signal?.aborted) {
      await save()
      throwIfCancelled(
        signal,
        `Learning was cancelled after ${run.done} of ${steps} steps.${checkpoint ? ` It goes on from ${checkpoint} when run again.` : ''}`,
      )
    }
    await run.advance(CHUNK - (run.done % CHUNK))
    if (performance.now() - savedAt > SAVE_EVERY_MS) {
      await save()
      savedAt = performance.now()
    }
  }
}

/** Whatever makes two runs differ: a checkpoint of other settings is refused. */
async function settingsOf(
  bundle: Bundle,
  prepared: readonly PreparedPair[],
  recipe: Recipe,
  { text, seed = 0 }: LearnOptions,
): Promise<Settings & { seed: number; pairs: ReturnType<typeof hashPair>[] }> {
  if (!Number.isSafeInteger(seed)) throw invalidArgument('seed', 'a whole number', seed)
  const { threads, cpuCapability } = await inspectDevices()
  return {
    weightsId: bundle.manifest.weightsId,
    pairs: prepared.map(hashPair),
    recipe,
    text: text ?? null,
    seed,
    device: bundle.device,
    dtype: bundle.dtype,
    threads,
    cpuCapability,
  }
}

/** What a style is told of, beside what was learned. */
interface Told {
  initial: InitialText
  palette: Palette | undefined
  recipeName: RecipeName
  recipe: Recipe
  settings: { seed: number; pairs: ReturnType<typeof hashPair>[] }
}

async function styleOf(
  bundle: Bundle,
  run: LearningRun,
  { initial, palette, recipeName, recipe, settings }: Told,
): Promise<Style> {
  const { manifest, device, dtype, tokenizer } = bundle
  const { instruction, step } = await run.result()
  const provenance: Provenance = {
    bundle: manifest.name,
    weightsId: manifest.weightsId,
    start: 1,
    end: tokenizer.encode(initial.text).eos,
    text: initial.text,
    textFrom: initial.from,
    recipeName,
    recipe: { ...recipe },
    seed: settings.seed,
    step,
    pairs: settings.pairs,
    dtype,
    device,
    silverpoint: version,
  }
  return new Style(instruction, [manifest.text.tokens, manifest.text.width], provenance, palette)
}
