import { Command, Option } from 'commander'
import { RECIPES } from '../../style/recipe.js'
import { examples } from '../examples.js'
import { lazily } from '../lazily.js'
import { parseCount, parseNumber, withCrop, withModel, withSeed } from '../options.js'

export const learnCommand = (): Command =>
  withSeed(withModel(withCrop(learnOptions(new Command('learn')))))
    .description("learn an artist's manner from a photo and the sketch of it")
    .argument('<pictures...>', 'a photo and its sketch; more of the same artist may follow, two by two')
    .addHelpText(
      'after',
      examples(
        'silverpoint learn photo.jpg sketch.png -o style.safetensors',
        'silverpoint learn a.jpg a.png b.jpg b.png -o style.safetensors    # two pairs of one artist',
        'silverpoint learn photo.jpg sketch.png -o style.safetensors --text "a charcoal portrait" --steps 400',
        'silverpoint learn photo.jpg sketch.png -o style.safetensors --bundle ip2p --recipe paper',
      ),
    )
    .action(lazily(async () => (await import('../actions/learn.js')).learn))

const learnOptions = (command: Command): Command =>
  command
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
    .option('--gradient-checkpointing', 'far less memory, about half as much time again')
