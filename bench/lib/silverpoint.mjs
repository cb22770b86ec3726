// Our side of a comparison: works on request (contender.mjs).
//
//   node bench/lib/silverpoint.mjs DEVICE DTYPE THREADS true|false [BUNDLE]        with or without gradient checkpointing
import { createInterface } from 'node:readline'
import { sketchParameters } from '../../dist/batch/parameters.js'
import { sketchFiles } from '../../dist/batch/sketch-files.js'
import { Sketcher } from '../../dist/batch/sketcher.js'
import { loadBundle } from '../../dist/bundle/bundle.js'
import { generate, noiseFor } from '../../dist/diffusion/generate.js'
import { NoiseSchedule } from '../../dist/diffusion/noise-schedule.js'
import { RecordedUNets } from '../../dist/diffusion/recorded-unet.js'
import { createSampler, DEFAULT_SAMPLER } from '../../dist/diffusion/samplers/index.js'
import { heldDraws, learningDraws } from '../../dist/style/draws.js'
import { learnStyle } from '../../dist/style/learn.js'
import { LearningRun } from '../../dist/style/learning-run.js'
import { Objective } from '../../dist/style/objective.js'
import { encodePairs, preparePair } from '../../dist/style/pairs.js'
import { recipe } from '../../dist/style/recipe.js'
import { grad, noGrad, normal, scope, tensor } from '../../dist/torch/index.js'
import { version } from '../../dist/version.js'

const [device, dtype, threads, checkpointed, folder] = process.argv.slice(2)
const bundle = await loadBundle(folder, {
  ...{ device, dtype, threads: Number(threads) },
  gradientCheckpointing: checkpointed === 'true',
})
const { manifest } = bundle
const TEXT = 'a pencil sketch'
/** As a Sketcher keeps them on a GPU. */
const recorded = device === 'cpu' ? undefined : new RecordedUNets(bundle)

async function timed(work) {
  const start = performance.now()
  const value = await work()
  return { seconds: (performance.now() - start) / 1000, ...value }
}

/** The network's inputs, alike on both sides: sines of the elements' numbers. */
function inputs({ batch, side = manifest.resolution / manifest.latents.downscale }) {
  const made = (values, shape) => tensor(Float32Array.from(values), shape, { device })
  const waves = (shape, pace) => {
    const length = shape.reduce((product, one) => product * one, 1)
    return made(
      Array.from({ length }, (_, i) => Math.sin(i * pace)),
      shape,
    )
  }
  const { tokens, width } = manifest.text
  return {
    sample: waves([batch, 2 * manifest.latents.channels, side, side], 0.37),
    timestep: made(
      Array.from({ length: batch }, (_, i) => 100 + 37 * i),
      [batch],
    ),
    context: waves([batch, tokens, width], 0.11),
  }
}

async function learning(pair, chosen, seed = 0) {
  const pairs = encodePairs(bundle, [await preparePair(pair, manifest.resolution, { crop: 'none' })])
  const draws = learningDraws(chosen, manifest.schedule.timesteps, seed)
  return new LearningRun(bundle, pairs, bundle.text.encode(TEXT), chosen, draws, seed)
}

const works = {
  about: async () => ({ silverpoint: version, node: process.version }),

  /** How we draw unless told otherwise. */
  defaults: async () => {
    const { resolution, guidance, steps, sampler } = sketchParameters(bundle, {})
    return { resolution, guidance, steps, sampler, latentSide: resolution / manifest.latents.downscale }
  },

  forward: (options) =>
    scope(async () => {
      const { sample, timestep, context } = inputs(options)
      return timed(async () => ({
        norm: await noGrad(() => bundle.unet.forward(sample, timestep, context).norm()).item(),
      }))
    }),

  /** Forward, and the gradient to the context. */
  gradient: (options) =>
    scope(async () => {
      const { sample, timestep, context } = inputs(options)
      const leaf = context.requiresGrad()
      return timed(async () => {
        const loss = bundle.unet.forward(sample, timestep, leaf).pow(2).mean()
        return { norm: await grad(loss, leaf).norm().item() }
      })
    }),

  /** A whole learning; unless told, but for the search of its first text. */
  learn: ({ pair, recipe: name, changes, searched = false }) =>
    timed(async () => {
      const first = searched ? {} : { text: TEXT }
      const style = await learnStyle(bundle, pair, { crop: 'none', ...first, recipe: name, changes })
      return { steps: style.provenance.recipe.steps }
    }),

  /** A style file, of a single step. */
  style: async ({ pair, path }) => {
    const style = await learnStyle(bundle, pair, { crop: 'none', text: TEXT, changes: { steps: 1 } })
    await style.save(path)
    return {}
  },

  /** Learning steps of one branch alone, replayed by one call that ends when their losses are read. */
  steps: ({ pair, steps, unmeasured }) =>
    scope(async () => {
      const run = await learning(pair, recipe('paper', { steps: steps + unmeasured }))
      await run.advance(unmeasured)
      const answer = await timed(() => run.advance(steps))
      const { total } = run.history.at(-1)
      run.dispose()
      return { ...answer, loss: total }
    }),

  /** A learning told every few steps: [{ step, seconds, context }]. */
  curve: ({ pair, recipe: name, changes, every, seed = 0 }) =>
    scope(async () => {
      const start = performance.now()
      const run = await learning(pair, recipe(name, changes), seed)
      const points = []
      while (!run.finished) {
        await run.advance(every - (run.done % every))
        if (run.done % every > 0 && !run.finished) continue
        const { instruction } = await run.result()
        points.push({
          step: run.done,
          seconds: (performance.now() - start) / 1000,
          context: [...instruction],
        })
      }
      run.dispose()
      return { points }
    }),

  /** The objective that the default keeps its best by: L_rec of one branch on draws no step sees, for each context. */
  objective: ({ pair, contexts, draws: count = 32, seed = 0 }) =>
    scope(async () => {
      const pairs = encodePairs(bundle, [await preparePair(pair, manifest.resolution, { crop: 'none' })])
      const schedule = new NoiseSchedule(manifest.schedule)
      const { context: negative } = bundle.text.encode('')
      const objective = new Objective(bundle, schedule, pairs, recipe('paper'), negative)
      const held = heldDraws(count, manifest.schedule.timesteps)
      const shape = [1, ...bundle.vae.latentShape(manifest.resolution)]
      const { tokens, width } = manifest.text
      const values = []
      for (const context of contexts) {
        const losses = held.timesteps.map((timestep, i) =>
          scope(() => {
            const t = tensor(BigInt64Array.of(BigInt(timestep)), [1])
            const noise = normal(shape, { seed, item: 0, draw: held.draws[i] })
            return noGrad(() =>
              objective.reconstruction(tensor(Float32Array.from(context), [1, tokens, width]), t, noise),
            )
          }),
        )
        const each = await Promise.all(losses.map((loss) => loss.item()))
        values.push(each.reduce((sum, one) => sum + one) / count)
      }
      return { values }
    }),

  /** Photos of the model's size to sketches in memory. */
  sketch: async ({ photos, ...settings }) => {
    const sketcher = new Sketcher(bundle, { optional: TEXT, crop: 'none', ...settings })
    const answer = await timed(async () => {
      for await (const { error } of sketcher.sketch(photos)) if (error) throw error
    })
    sketcher.dispose()
    return { ...answer, steps: sketcher.parameters.steps }
  },

  /** What of sketching the networks alone take: everything on the way is there already. */
  network: ({
    count,
    batch,
    sampler = DEFAULT_SAMPLER,
    steps = manifest.steps,
    guidance = manifest.guidance,
  }) =>
    scope(async () => {
      const schedule = new NoiseSchedule(manifest.schedule, device)
      const side = manifest.resolution
      const photos = normal([batch, 3, side, side], { seed: 1, device }).clamp(-1, 1)
      const items = tensor(
        BigInt64Array.from({ length: batch }, (_, i) => BigInt(i)),
        [batch],
      )
      const rows = (text) => bundle.text.encode(text).context.expand([batch, -1, -1])
      const [context, negative] = [rows(TEXT), rows('')]
      const unet = recorded?.of(batch) ?? bundle.unet
      return timed(async () => {
        for (let done = 0; done < count; done += batch) {
          const images = scope(() =>
            noGrad(() =>
              bundle.vae.decode(
                generate(unet, createSampler(sampler, schedule, steps), guidance, {
                  photoLatents: bundle.vae.mode(photos),
                  ...{ context, negative },
                  noise: noiseFor([batch, ...bundle.vae.latentShape(side)], 0, items, device),
                }),
              ),
            ),
          )
          await recorded?.settled()
          await images.toArray()
          images.dispose()
        }
      })
    }),

  /** A whole folder job: faces found and cropped, sketches, ledger and contact sheet written. */
  folder: async ({ photos, output, ...settings }) => {
    const sketcher = new Sketcher(bundle, { optional: TEXT, ...settings })
    const answer = await timed(() => sketchFiles(sketcher, photos, output))
    sketcher.dispose()
    return answer
  },

  memory: async () => ({ peakMB: process.resourceUsage().maxRSS / 1e3 }),
}

for await (const line of createInterface({ input: process.stdin })) {
  const { work, ...options } = JSON.parse(line)
  const answer = await works[work](options).catch((error) => ({ error: error.stack }))
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
recorded?.dispose()
bundle.dispose()
