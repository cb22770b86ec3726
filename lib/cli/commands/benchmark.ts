import { Command, Option } from 'commander'
import { FIGURES } from '../../benchmark/figures/names.js'
import { SENSITIVITIES } from '../../benchmark/sensitivity/names.js'
import { LAYOUT_NAMES } from '../../data/datasets/layout-names.js'
import { TEXTS } from '../../style/texts.js'
import { examples } from '../examples.js'
import { lazily } from '../lazily.js'
import { parseCount, parseInteger, withMetrics, withModel } from '../options.js'

export const benchmarkCommand = (): Command =>
  withModel(withMetrics(choices(new Command('benchmark'))))
    .description(
      'compare methods on pairs of photos and sketches, each learning from single pairs; run again, it goes on',
    )
    .argument('<pairs>', "a data set's folder, such as one with photos/ and sketches/")
    .addHelpText(
      'after',
      examples(
        'silverpoint benchmark pairs/ -o results/',
        'silverpoint benchmark pairs/ -o results/ --methods ours,instruct-pix2pix,grey-blurred --pairs 5 --seeds 0 1 2',
        'silverpoint benchmark pairs/ -o figure6/ --figure 6 --tests 8',
        'silverpoint benchmark CUFS/ -o results/ --split test --methods ours,external:HIDA=hida/,protocol=full-data',
      ),
    )
    .action(lazily(async () => (await import('../actions/benchmark.js')).benchmark))

const choices = (command: Command): Command =>
  command
    .requiredOption(
      '-o, --output <folder>',
      'where pictures, scores and tables are written, and where to go on',
    )
    .option(
      '--methods <names>',
      'separated by commas (default: all but ours-paper and best-text)',
      splitMethods,
    )
    .addOption(
      new Option(
        '--figure <number>',
        "also draw one of the paper's figures, with its methods unless others are named",
      )
        .choices(FIGURES)
        .conflicts('sensitivity'),
    )
    .addOption(
      new Option(
        '--sensitivity <what>',
        'run ours with several values of one thing, and plot the scores',
      ).choices(SENSITIVITIES),
    )
    .option('--learn-from <names...>', 'names of the pairs to learn from, each by itself')
    .option(
      '--pairs <count>',
      'learn from the first of the pairs, each by itself (default: 1; figure 7: 4; what pairs matter: 5)',
      parseCount,
    )
    .option('--tests <count>', 'draw the first of the other photos (default: all)', parseCount)
    .option('--seeds <numbers...>', 'seeds of learning and drawing (default: 0)', collectIntegers)
    .option('--text <text>', 'the plain text of instruct-pix2pix, and what ours-text begins from')
    .option('--optional <text>', "what is joined with learned instructions (default: the paper's)")
    .option('--texts <file>', `what best-text tries, one a line (default: ${TEXTS.length} of our own)`)
    .addOption(
      new Option('--layout <name>', 'its layout (default: told from its folders)').choices(LAYOUT_NAMES),
    )
    .option('--split <name>', 'which part of the data set (default: all)')
    .addOption(new Option('--crop <what>', 'what is drawn and compared').choices(['face', 'none']))
    .option('--normalise-contrast', 'compare with the contrast raised (default for OS-Sketch)')
    .option('--no-normalise-contrast', 'compare with the contrast as it is')

/** Commas stand between methods, and within an external one before its options. */
export function splitMethods(text: string): string[] {
  return text.split(/,(?!protocol=|seconds=)/).map((name) => name.trim())
}

const collectIntegers = (text: string, before: number[] = []): number[] => [...before, parseInteger(text)]
