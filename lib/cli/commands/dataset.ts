import { Command, Option } from 'commander'
import { LAYOUT_NAMES } from '../../data/datasets/layout-names.js'
import { examples } from '../examples.js'
import { lazily } from '../lazily.js'

const actions = () => import('../actions/dataset.js')

export const datasetCommand = (): Command =>
  new Command('dataset')
    .description('sets of photos and sketches of them')
    .addCommand(checkCommand())
    .addCommand(osSketchCommand())
    .addHelpText(
      'after',
      examples(
        'silverpoint dataset check FS2K --split test',
        'silverpoint dataset os-sketch --cufs CUFS --cufsf CUFSF --wildsketch WildSketch --internet internet --lists lists -o OS-Sketch',
      ),
    )

const checkCommand = (): Command =>
  new Command('check')
    .description('tell what a data set has, and what is wrong with it')
    .argument('<folder>', 'the data set')
    .addOption(
      new Option('--layout <name>', 'its layout (default: told from its folders)').choices(LAYOUT_NAMES),
    )
    .option('--split <name>', 'one of its splits (default: all of it)')
    .option('--landmarks', 'also find pairs whose faces do not lie in one place: a tenth of a second a pair')
    .addHelpText(
      'after',
      examples(
        'silverpoint dataset check pairs/',
        'silverpoint dataset check FS2K --split test',
        'silverpoint dataset check CUFS --landmarks --json',
      ),
    )
    .action(lazily(async () => (await actions()).check))

const osSketchCommand = (): Command =>
  new Command('os-sketch')
    .description("put OS-Sketch, the paper's 400 pairs, together from the sets they were taken from")
    .requiredOption('--cufs <folder>', 'CUFS, of which 100 pairs are taken')
    .requiredOption('--cufsf <folder>', 'CUFSF, 110 pairs')
    .requiredOption('--wildsketch <folder>', 'WildSketch, 150 pairs')
    .requiredOption('--internet <folder>', "OS-Sketch's own 40 pairs from the internet")
    .option(
      '--lists <folder>',
      'which pairs: cufs.txt, cufsf.txt, wildsketch.txt and internet.txt, a file a line',
    )
    .requiredOption('-o, --output <folder>', 'the new folder')
    .addHelpText(
      'after',
      examples(
        'silverpoint dataset os-sketch --cufs CUFS --cufsf CUFSF --wildsketch WildSketch --internet internet --lists lists -o OS-Sketch',
        'silverpoint dataset check OS-Sketch',
      ),
    )
    .action(lazily(async () => (await actions()).makeOsSketch))
