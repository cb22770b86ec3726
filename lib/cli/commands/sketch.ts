import { Command, InvalidArgumentError, Option } from 'commander'
import { forecast } from '../../batch/forecast.js'
import { type SketchSettings, sketchParameters } from '../../batch/parameters.js'
import { planSketches, type SketchPlan } from '../../batch/plan.js'
import { parseShard, type Shard, scheduledShard } from '../../batch/shard.js'
import { runPlan, type Summary } from '../../batch/sketch-files.js'
import { Sketcher } from '../../batch/sketcher.js'
import { embeddedBundle } from '../../bundle/bundle.js'
import { readManifest } from '../../bundle/manifest.js'
import { findImages } from '../../data/find-images.js'
import { SAMPLER_NAMES, type SamplerName } from '../../diffusion/samplers/index.js'
import { Style } from '../../style/style.js'
import { ExitCode } from '../exit-codes.js'
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
import { duration, Progress } from '../progress.js'

interface SketchCliOptions extends ModelOptions, CropOptions {
  outputFrame?: 'crop' | 'photo'
  output: string
  optional?: string
  sampler?: SamplerName
  steps?: number
  textGuidance?: number
  imageGuidance?: number
  batch?: number
  seed: number
  skipExisting?: boolean
  onError: 'continue' | 'stop'
  shard?: Shard
  dryRun?: boolean
  quiet?: boolean
}

export function sketchCommand(): Command {
  const command = new Command('sketch')
    .description('sketch photos in a learned style')
    .argument('<style>', 'a style file')
    .argument('<photos...>', 'photos, folders, patterns in quotes, or - for a list of paths on stdin')
    .requiredOption(
      '-o, --output <folder>',
      'where the sketches, the ledger and the contact sheet are written',
    )
    .option('--optional <text>', 'plain text joined with the learned instruction')
    .addOption(new Option('--sampler <name>', 'how noise becomes a picture').choices(SAMPLER_NAMES))
    .option('--steps <count>', 'calls of the network a photo', parseCount)
    .option('--text-guidance <scale>', 'how strongly the instruction is followed', parseNumber)
    .option('--image-guidance <scale>', 'how strongly the photo is kept', parseNumber)
    .option('--batch <photos>', 'photos a call of the network', parseCount)
    .addOption(
      new Option(
        '--output-frame <frame>',
        "what a cropped face's sketch shows: the crop, or the photo's frame with white paper around it (default: crop)",
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
      shardOption,
    )
    .option('--dry-run', 'time one photo and say what would be done; write nothing')
    .option('-q, --quiet', 'say nothing but results and what went wrong')
    .addHelpText(
      'after',
      `
Examples:
  silverpoint sketch style.safetensors photos/ -o out/
  silverpoint sketch style.safetensors photos/ -o out/ --skip-existing    # go on after a stop
  silverpoint sketch style.safetensors 'photos/**/*.jpg' -o out/ --dry-run
  find photos -newer out -name '*.jpg' -print0 | silverpoint sketch style.safetensors - -o out/
`,
    )
  return withSeed(withModel(withCrop(command))).action(sketch)
}

async function sketch(stylePath: string, paths: string[], options: SketchCliOptions): Promise<void> {
  const output = new Output(options)
  const style = await Style.load(stylePath)
  const settings = { style, ...settingsOf(options) }
  const plan = await planOf(paths, settings, options, output)
  if (options.dryRun) return dryRun(plan, settings, options, output)
  const summary = await interruptible((signal) => run(plan, settings, options, output, signal))
  if (summary.contactSheet || output.json) output.result(summary.contactSheet ?? '', summary)
  if (summary.failed > 0) {
    const some = summary.sketched + summary.skipped > 0
    process.exitCode = some ? ExitCode.partial : ExitCode.failed
  }
}

/** Without opening LibTorch: a job that is done already is seen to be at once. */
async function planOf(
  paths: readonly string[],
  settings: SketchSettings,
  { output: folder, bundle, dtype, device, skipExisting, shard: chosen }: SketchCliOptions,
  output: Output,
): Promise<SketchPlan> {
  const scheduled = chosen ? undefined : scheduledShard()
  const shard = chosen ?? scheduled
  const list = paths.includes('-') ? process.stdin : undefined
  const photos = await findImages(paths, { output: folder, list })
  const manifest = await readManifest(bundle ?? embeddedBundle())
  const parameters = sketchParameters({ manifest, dtype, device }, settings)
  const plan = await planSketches(photos, folder, parameters, { skipExisting, shard })
  if (shard) {
    const by = scheduled ? ` (${scheduled.variable})` : ''
    output.note(
      `shard ${shard.index} of ${shard.count}${by}: ${plan.photos.length} of ${photos.length} photos`,
    )
  }
  if (plan.skipped.length > 0) output.note(`${plan.skipped.length} of ${plan.photos.length} are done already`)
  return plan
}

async function run(
  plan: SketchPlan,
  settings: SketchSettings,
  options: SketchCliOptions,
  output: Output,
  signal: AbortSignal,
): Promise<Summary> {
  const { pending } = plan
  if (pending.length === 0) return runPlan(undefined, plan)
  await using bundle = await openBundle(options, output)
  const onSmallerBatch = (size: number) =>
    output.warn(`Memory does not suffice: the batch is halved, to ${size} at once.`)
  await using sketcher = new Sketcher(bundle, {
    ...{ ...settings, signal, onSmallerBatch },
    onWarning: (message) => output.warn(message),
  })
  const progress = output.quiet ? undefined : new Progress('sketching', pending.length)
  try {
    return await runPlan(sketcher, plan, {
      onError: options.onError,
      onItem: (item, done) => {
        progress?.update(done)
        if (item.error) output.warn(`failed ${item.photo}: ${item.error.message}`)
        else output.result(item.sketch, { photo: item.photo, sketch: item.sketch })
      },
    })
  } finally {
    progress?.stop()
  }
}

async function dryRun(
  plan: SketchPlan,
  settings: SketchSettings,
  options: SketchCliOptions,
  output: Output,
): Promise<void> {
  const { photos, pending, skipped, folder } = plan
  let expected: Awaited<ReturnType<typeof forecast>>
  if (pending.length > 0) {
    await using bundle = await openBundle(options, output)
    await using sketcher = new Sketcher(bundle, settings)
    expected = await forecast(sketcher, plan)
  }
  const time = expected
    ? `about ${duration(expected.seconds)}, at ${expected.secondsEach.toPrecision(3)} s a photo`
    : 'no time'
  const lines = [
    ...skipped.map(({ path }) => `skip ${path}`),
    `${pending.length} of ${photos.length} photos to sketch into ${folder}: ${time}`,
  ]
  output.result(lines.join('\n'), {
    photos: photos.length,
    pending: pending.length,
    skipped: skipped.map(({ path }) => path),
    output: folder,
    ...expected,
  })
}

function settingsOf(options: SketchCliOptions): SketchSettings {
  const { sampler, steps, optional, batch, seed, crop, face, outputFrame, textGuidance, imageGuidance } =
    options
  const guidance = { text: textGuidance, image: imageGuidance }
  return { sampler, steps, optional, batch, seed, crop, face, outputFrame, guidance }
}

function shardOption(text: string): Shard {
  try {
    return parseShard(text)
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}
