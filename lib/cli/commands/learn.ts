import { Command, Option } from 'commander'
import { drawLearning } from '../../batch/draw-learning.js'
import { requireWritable } from '../../data/write-file.js'
import { invalidArgument } from '../../errors.js'
import { learnStyle } from '../../style/learn.js'
import type { StepLosses } from '../../style/learning-run.js'
import type { Pair } from '../../style/pairs.js'
import { RECIPES, type Recipe, type RecipeName } from '../../style/recipe.js'
import { interruptible } from '../interrupt.js'
import {
  type CropOptions,
  type ModelOptions,
  openBundle,
  parseCount,
  parseNumber,
  withCrop,
  withModel,
  withSeed,
} from '../options.js'
import { Output } from '../output.js'
import { Progress } from '../progress.js'

interface LearnCliOptions extends ModelOptions, CropOptions {
  output: string
  recipe: RecipeName
  text?: string
  steps?: number
  learningRate?: number
  clipGradient?: number
  lambdaRec?: number
  lambdaEdit?: number
  editSign?: Recipe['editSign']
  seed: number
  align: 'auto' | 'never' | 'always'
}

export function learnCommand(): Command {
  const command = new Command('learn')
    .description("learn an artist's manner from a photo and the sketch of it")
    .argument('<pictures...>', 'a photo and its sketch; more of the same artist may follow, two by two')
    .requiredOption('-o, --output <style>', 'where the style is written (.safetensors)')
    .addOption(
      new Option('--recipe <name>', 'how it is learned').choices(Object.keys(RECIPES)).default('default'),
    )
    .option('--text <text>', 'the text to begin from, instead of one that PEZ finds')
    .option('--steps <count>', "steps of gradient descent (default: the recipe's)", parseCount)
    .option('--learning-rate <number>', "step size (default: the recipe's)", parseNumber)
    .option('--clip-gradient <length>', 'longest gradient; 0 for no limit', parseNumber)
    .option('--lambda-rec <number>', 'weight of the reconstruction loss', parseNumber)
    .option('--lambda-edit <number>', 'weight of the edit-direction loss', parseNumber)
    .addOption(
      new Option('--edit-sign <sign>', 'towards the edit direction, or as the paper prints it').choices([
        'towards',
        'as-printed',
      ]),
    )
    .addOption(
      new Option('--align <when>', "warp the photo into the sketch's frame; auto: where their ratios differ")
        .choices(['auto', 'never', 'always'])
        .default('auto'),
    )
    .addHelpText('after', '\nExample:\n  silverpoint learn photo.jpg sketch.png -o style.safetensors\n')
  return withSeed(withModel(withCrop(command))).action(learn)
}

async function learn(pictures: string[], options: LearnCliOptions): Promise<void> {
  const output = new Output(options)
  const pairs = pairsOf(pictures)
  const { crop, face, align } = options
  await requireWritable(options.output)
  await using bundle = await openBundle(options, output)
  const history: StepLosses[] = []
  const progress = { search: undefined as Progress | undefined, descent: undefined as Progress | undefined }
  const style = await interruptible((signal) =>
    learnStyle(bundle, pairs, {
      recipe: options.recipe,
      changes: changesOf(options),
      text: options.text,
      seed: options.seed,
      ...{ crop, face, align },
      checkpoint: `${options.output}.checkpoint`,
      signal,
      onText: (done, total, score) => {
        progress.search ??= new Progress('finding a text', total)
        progress.search.update(done, `similarity ${score.toFixed(3)}`)
        if (done === total) progress.search.stop()
      },
      onStep: (losses, total) => {
        history.push(losses)
        progress.descent ??= new Progress('learning', total)
        progress.descent.update(losses.step, `loss ${losses.total.toFixed(4)}`)
      },
    }),
  ).finally(() => {
    progress.search?.stop()
    progress.descent?.stop()
  })
  await style.save(options.output)
  const picture = `${options.output.replace(/\.safetensors$/, '')}.png`
  await drawLearning(bundle, pairs[0] as Pair, style, history, picture, { crop, face, align })
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
