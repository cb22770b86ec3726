import { rm } from 'node:fs/promises'
import { drawLearning } from '../../batch/draw-learning.js'
import { removeTemporaries } from '../../data/temporaries.js'
import { requireWritable } from '../../data/write-file.js'
import { invalidArgument } from '../../errors.js'
import { learnStyle } from '../../style/learn.js'
import { framePair, type Pair, type PreparedPair } from '../../style/pairs.js'
import { RECIPES, type Recipe, type RecipeName } from '../../style/recipe.js'
import type { StepLosses } from '../../style/step-losses.js'
import { interruptible } from '../interrupt.js'
import type { CropOptions, ModelOptions, SeedOptions } from '../options.js'
import type { Output } from '../output.js'
import { Progress } from '../progress.js'
import { openBundle } from './open-bundle.js'

interface LearnCliOptions extends ModelOptions, CropOptions, SeedOptions {
  output: string
  recipe: RecipeName
  text?: string
  steps?: number
  learningRate?: number
  clipGradient?: number
  lambdaRec?: number
  lambdaEdit?: number
  editSign?: Recipe['editSign']
  align: 'auto' | 'never' | 'always'
  gradientCheckpointing?: boolean
}

export async function learn(pictures: string[], options: LearnCliOptions, output: Output): Promise<void> {
  const pairs = pairsOf(pictures)
  const { crop, face, align } = options
  const picture = `${options.output.replace(/\.safetensors$/, '')}.png`
  const checkpoint = `${options.output}.checkpoint`
  await removeTemporaries([options.output, picture])
  await requireWritable(options.output)
  await using bundle = await openBundle(options, output)
  const framed = await Promise.all(
    pairs.map((pair) => framePair(pair, bundle.manifest.resolution, { crop, face, align })),
  )
  const history: StepLosses[] = []
  const told = new Map<string, Progress>()
  const progress = (label: string, done: number, total: number, note?: string) => {
    const one = told.get(label) ?? new Progress(output, label, total)
    told.set(label, one)
    one.update(done, note)
    if (done === total) one.stop()
  }
  const style = await interruptible(output, (signal) =>
    learnStyle(bundle, framed, {
      recipe: options.recipe,
      changes: changesOf(options),
      text: options.text,
      seed: options.seed,
      checkpoint,
      signal,
      onText: (done, total, score) =>
        progress('finding a text', done, total, `similarity ${score.toFixed(3)}`),
      onTried: (done, total) => progress('trying texts', done, total),
      onStep: (losses, total) => {
        history.push(losses)
        progress('learning', losses.step, total, `loss ${losses.total.toFixed(4)}`)
      },
    }),
  ).finally(() => {
    for (const one of told.values()) one.stop()
  })
  await style.save(options.output)
  await drawLearning(bundle, framed[0] as PreparedPair, style, history, picture)
  await rm(checkpoint, { force: true })
  const { text, step } = style.provenance
  output.result(`${options.output}  (from "${text}", step ${step})\n${picture}`, {
    style: options.output,
    picture,
    hash: style.hash,
    text,
    step,
    last: history.at(-1),
  })
}

function pairsOf(pictures: readonly string[]): Pair[] {
  if (pictures.length % 2 !== 0)
    throw invalidArgument('pictures', 'photos and sketches two by two', pictures.length)
  const pairs: Pair[] = []
  for (let i = 0; i < pictures.length; i += 2)
    pairs.push({ photo: pictures[i] as string, sketch: pictures[i + 1] as string })
  return pairs
}

/** The recipe's values that the user changed. */
function changesOf(options: LearnCliOptions): Partial<Recipe> {
  const { steps, learningRate, clipGradient, editSign, lambdaRec, lambdaEdit } = options
  const { weights } = RECIPES[options.recipe]
  return {
    ...(steps !== undefined && { steps }),
    ...(learningRate !== undefined && { learningRate }),
    ...(clipGradient !== undefined && { clipGradient }),
    ...(editSign !== undefined && { editSign }),
    weights: { reconstruction: lambdaRec ?? weights.reconstruction, edit: lambdaEdit ?? weights.edit },
  }
}
