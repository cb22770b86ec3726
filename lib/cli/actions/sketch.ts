import { forecast } from '../../batch/forecast.js'
import { type SketchSettings, sketchParameters } from '../../batch/parameters.js'
import { planSketches, type SketchPlan } from '../../batch/plan.js'
import { type Shard, scheduledShard } from '../../batch/shard.js'
import { runPlan, type Summary } from '../../batch/sketch-files.js'
import { Sketcher } from '../../batch/sketcher.js'
import { embeddedBundle } from '../../bundle/bundle.js'
import { readManifest } from '../../bundle/manifest.js'
import { findImages } from '../../data/find-images.js'
import type { SamplerName } from '../../diffusion/samplers/index.js'
import { Style } from '../../style/style.js'
import { duration } from '../duration.js'
import { ExitCode } from '../exit-codes.js'
import { interruptible } from '../interrupt.js'
import type { CropOptions, ModelOptions, SeedOptions } from '../options.js'
import type { Output } from '../output.js'
import { Progress } from '../progress.js'
import { openBundle } from './open-bundle.js'

interface SketchCliOptions extends ModelOptions, CropOptions, SeedOptions {
  outputFrame?: 'crop' | 'photo'
  output: string
  optional?: string
  sampler?: SamplerName
  steps?: number
  textGuidance?: number
  imageGuidance?: number
  guidanceStart?: number
  guidanceStop?: number
  batch?: number
  skipExisting?: boolean
  onError: 'continue' | 'stop'
  shard?: Shard
  dryRun?: boolean
}

export async function sketch(
  stylePath: string,
  paths: string[],
  options: SketchCliOptions,
  output: Output,
): Promise<void> {
  const style = await Style.load(stylePath)
  const settings = { style, ...settingsOf(options) }
  const plan = await planOf(paths, settings, options, output)
  if (options.dryRun) return dryRun(plan, settings, options, output)
  const summary = await interruptible(output, (signal) => run(plan, settings, options, output, signal))
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
  const progress = new Progress(output, 'sketching', pending.length)
  try {
    return await runPlan(sketcher, plan, {
      onError: options.onError,
      onItem: (item, done) => {
        progress.update(done)
        if (item.error) output.warn(`failed ${item.photo}: ${item.error.message}`)
        else output.result(item.sketch, { photo: item.photo, sketch: item.sketch })
      },
    })
  } finally {
    progress.stop()
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
  const { sampler, steps, optional, batch, seed, crop, face, outputFrame } = options
  const { textGuidance: text, imageGuidance: image, guidanceStart: start, guidanceStop: stop } = options
  return {
    sampler,
    steps,
    optional,
    batch,
    seed,
    crop,
    face,
    outputFrame,
    guidance: { text, image, start, stop },
  }
}
