import { Command, InvalidArgumentError, Option } from 'commander'
import { METRIC_ROLES, type MetricRole } from '../../bundle/metric-roles.js'
import { examples } from '../examples.js'
import { lazily } from '../lazily.js'
import { parseCount, withModel } from '../options.js'

const actions = () => import('../actions/bundle.js')

export const bundleCommand = (): Command =>
  new Command('bundle')
    .description('the models that silverpoint draws with')
    .addCommand(exportCommand())
    .addCommand(checkCommand())
    .addCommand(listCommand())
    .addHelpText(
      'after',
      examples(
        'silverpoint bundle export timbrooks/instruct-pix2pix -o ip2p',
        'silverpoint bundle check ip2p',
        'silverpoint bundle list ip2p other/bundles',
      ),
    )

const exportCommand = (): Command =>
  new Command('export')
    .description(
      'make a bundle of a diffusers InstructPix2Pix checkpoint, or of the networks of LPIPS and FID (needs Python with the packages of models/export/requirements.txt)',
    )
    .argument('[source]', 'a diffusers folder, or a name on the hub such as timbrooks/instruct-pix2pix')
    .requiredOption('-o, --output <folder>', 'where the bundle is written')
    .option(
      '--clip <source>',
      "the CLIP of the checkpoint's text encoder (default: SOURCE/clip, else ViT-L/14)",
    )
    .option('--name <name>', "the bundle's name (default: the source's)")
    .addOption(
      new Option('--weights <dtype>', 'what weights are stored as')
        .choices(['float32', 'float16', 'bfloat16'])
        .default('float32'),
    )
    .addOption(
      new Option(
        '--metrics [roles]',
        `a metrics bundle, of these separated by commas (default: ${METRIC_ROLES.join(',')})`,
      )
        .conflicts(['clip', 'name', 'weights'])
        .argParser(splitRoles),
    )
    .addOption(
      new Option(
        '--weights-from <folder>',
        'where the weight files of the metric networks are; else fetched',
      ).implies({ metrics: true }),
    )
    .addHelpText(
      'after',
      examples(
        'silverpoint bundle export timbrooks/instruct-pix2pix -o ip2p',
        'silverpoint bundle export checkpoints/mine -o mine --weights float16    # half the disk',
        'silverpoint bundle export --metrics -o metrics    # for evaluate and benchmark --metrics-bundle',
        'silverpoint bundle export --metrics fid_inception --weights-from downloads -o metrics',
      ),
    )
    .action(lazily(async () => (await actions()).exportBundle))

function splitRoles(text: string): MetricRole[] {
  const names = text.split(',')
  const isRole = (name: string): name is MetricRole => METRIC_ROLES.some((role) => role === name)
  if (names.every(isRole)) return names
  throw new InvalidArgumentError(`Expected some of ${METRIC_ROLES.join(',')}.`)
}

const checkCommand = (): Command =>
  withModel(new Command('check'))
    .description("check a bundle's files and shapes, or compare it with the checkpoint it was made of")
    .argument('[folder]', 'a bundle (default: the embedded one)')
    .option('--against-diffusers <source>', 'the checkpoint: every role and one whole image are compared')
    .option('--clip <source>', 'its CLIP, as for export')
    .option('--size <px>', "side of the whole image (default: the bundle's)", parseCount)
    .addHelpText(
      'after',
      examples(
        'silverpoint bundle check    # the embedded one',
        'silverpoint bundle check ip2p --device cpu',
        'silverpoint bundle check ip2p --against-diffusers timbrooks/instruct-pix2pix',
      ),
    )
    .action(lazily(async () => (await actions()).checkBundle))

const listCommand = (): Command =>
  new Command('list')
    .description('the embedded bundle, and those in the folders given')
    .argument('[folders...]', 'bundles, or folders that hold some')
    .addHelpText(
      'after',
      examples('silverpoint bundle list', 'silverpoint bundle list ip2p other/bundles --json'),
    )
    .action(lazily(async () => (await actions()).listAll))
