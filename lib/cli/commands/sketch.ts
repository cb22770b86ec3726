import { Command, Option } from 'commander'
import { DEFAULT_SAMPLER, SAMPLER_NAMES } from '../../diffusion/samplers/names.js'
import { examples } from '../examples.js'
import { lazily } from '../lazily.js'
import { parseCount, parseNumber, parseShardOption, withCrop, withModel, withSeed } from '../options.js'

export const sketchCommand = (): Command =>
  withSeed(withModel(withCrop(sketchOptions(new Command('sketch')))))
    .description('sketch photos in a learned style')
    .argument('<style>', 'a style file')
    .argument('<photos...>', 'photos, folders, patterns in quotes, or - for a list of paths on stdin')
    .addHelpText(
      'after',
      examples(
        'silverpoint sketch style.safetensors photos/ -o out/',
        'silverpoint sketch style.safetensors photos/ -o out/ --skip-existing    # go on after a stop',
        "silverpoint sketch style.safetensors 'photos/**/*.jpg' -o out/ --dry-run",
        "find photos -newer out -name '*.jpg' -print0 | silverpoint sketch style.safetensors - -o out/",
      ),
    )
    .action(lazily(async () => (await import('../actions/sketch.js')).sketch))

const sketchOptions = (command: Command): Command =>
  command
    .requiredOption(
      '-o, --output <folder>',
      'where the sketches, the ledger and the contact sheet are written',
    )
    .option('--optional <text>', 'plain text joined with the learned instruction')
    .addOption(
      new Option('--sampler <name>', `how noise becomes a picture (default: ${DEFAULT_SAMPLER})`).choices(
        SAMPLER_NAMES,
      ),
    )
    .option('--steps <count>', 'calls of the network a photo', parseCount)
    .option('--text-guidance <scale>', 'how strongly the instruction is followed', parseNumber)
    .option('--image-guidance <scale>', 'how strongly the photo is kept', parseNumber)
    .option('--guidance-start <fraction>', 'of the steps, those before are not guided', parseNumber)
    .option('--guidance-stop <fraction>', 'of the steps, those after are not guided', parseNumber)
    .option('--batch <count>', 'photos a call of the network', parseCount)
    .addOption(
      new Option(
        '--output-frame <frame>',
        "what a sketch shows: what is drawn, at most four times as large as the bundle draws, or the photo's whole frame in its own size (default: crop)",
      ).choices(['crop', 'photo']),
    )
    .option('--skip-existing', 'leave out photos whose sketches are there and would come out the same')
    .addOption(
      new Option('--on-error <what>', 'whether a photo that fails ends the job')
        .choices(['continue', 'stop'])
        .default('continue'),
    )
    .option(
      '--shard <i/n>',
      "draw the i-th of n shares; auto/n takes i, and no --shard both, from a scheduler's variables",
      parseShardOption,
    )
    .option('--dry-run', 'time one photo and say what would be done; write nothing')
