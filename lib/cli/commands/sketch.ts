import { Command, Option } from 'commander'
import { sketchFiles } from '../../batch/sketch-files.js'
import { Sketcher } from '../../batch/sketcher.js'
import { findImages } from '../../data/find-images.js'
import { SAMPLER_NAMES, type SamplerName } from '../../diffusion/samplers/index.js'
import { Style } from '../../style/style.js'
import { ExitCode } from '../exit-codes.js'
import { interruptible } from '../interrupt.js'
import { type ModelOptions, openBundle, parseCount, parseNumber, withModel, withSeed } from '../options.js'
import { Output } from '../output.js'
import { Progress } from '../progress.js'

interface SketchCliOptions extends ModelOptions {
  output: string
  optional?: string
  sampler?: SamplerName
  steps?: number
  textGuidance?: number
  imageGuidance?: number
  batch?: number
  seed: number
}

export function sketchCommand(): Command {
  const command = new Command('sketch')
    .description('sketch photos in a learned style')
    .argument('<style>', 'a style file')
    .argument('<photos...>', 'photos, or folders of them')
    .requiredOption('-o, --output <folder>', 'where the sketches and the contact sheet are written')
    .option('--optional <text>', 'plain text joined with the learned instruction')
    .addOption(new Option('--sampler <name>', 'how noise becomes a picture').choices(SAMPLER_NAMES))
    .option('--steps <count>', 'calls of the network a photo', parseCount)
    .option('--text-guidance <scale>', 'how strongly the instruction is followed', parseNumber)
    .option('--image-guidance <scale>', 'how strongly the photo is kept', parseNumber)
    .option('--batch <photos>', 'photos a call of the network', parseCount)
    .addHelpText('after', '\nExample:\n  silverpoint sketch style.safetensors photos/ -o out/\n')
  return withSeed(withModel(command)).action(sketch)
}

async function sketch(stylePath: string, paths: string[], options: SketchCliOptions): Promise<void> {
  const output = new Output(options)
  const style = await Style.load(stylePath)
  const photos = await findImages(paths)
  await using bundle = await openBundle(options, output)
  const { sampler, steps, optional, batch, seed } = options
  const summary = await interruptible(async (signal) => {
    const progress = new Progress('sketching', photos.length)
    await using sketcher = new Sketcher(bundle, {
      style,
      optional,
      sampler,
      steps,
      batch,
      seed,
      signal,
      ...guidanceOf(options),
    })
    try {
      return await sketchFiles(sketcher, photos, options.output, {
        onItem: (item, done) => {
          progress.update(done)
          if (item.error) output.note(`failed ${item.photo}: ${item.error.message}`)
          else output.result(item.sketch, { photo: item.photo, sketch: item.sketch })
        },
      })
    } finally {
      progress.stop()
    }
  })
  output.result(summary.contactSheet ?? '', { ...summary })
  if (summary.failed > 0) process.exitCode = summary.sketched > 0 ? ExitCode.partial : ExitCode.failed
}

/** Both scales, where one was given. */
function guidanceOf({ textGuidance, imageGuidance }: SketchCliOptions) {
  if (textGuidance === undefined && imageGuidance === undefined) return {}
  const { text, image } = Sketcher.defaults.guidance
  return { guidance: { text: textGuidance ?? text, image: imageGuidance ?? image } }
}
