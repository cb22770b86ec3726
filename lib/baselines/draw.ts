import type { SketchSettings } from '../batch/parameters.js'
import { sketchParameters } from '../batch/parameters.js'
import { Sketcher } from '../batch/sketcher.js'
import type { Bundle } from '../bundle/bundle.js'
import type { Drawn, Task, TestPhoto } from './method.js'

/** How a method draws, beside its instruction and seed. */
export type Drawing = Pick<SketchSettings, 'optional' | 'sampler' | 'steps' | 'guidance'>

/** Photos are framed already. Drawn one at a time, so that seconds are those of one image. */
const ALONE = { crop: 'none', batch: 1 } as const

/** Draws photos with the bundle, one after the other. @throws CANCELLED, and a photo's error where one can't be drawn. */
export async function* draw(
  bundle: Bundle,
  settings: SketchSettings,
  { seed, signal }: Task,
  photos: readonly TestPhoto[],
): AsyncGenerator<Drawn> {
  await using sketcher = new Sketcher(bundle, { ...settings, ...ALONE, seed, signal })
  const results = sketcher.sketch(photos.map(({ photo }) => photo))
  while (true) {
    const started = performance.now()
    const { value: result, done } = await results.next()
    if (done) return
    if (result.error) throw result.error
    yield { sketch: result.sketch, seconds: (performance.now() - started) / 1000 }
  }
}

/** All that decides a drawing, those values too that are the bundle's own. */
export function drawingSettings(bundle: Bundle, drawing: Drawing): Record<string, unknown> {
  const { optional, sampler, steps, guidance } = sketchParameters(bundle, drawing)
  return { optional, sampler, steps, guidance }
}
