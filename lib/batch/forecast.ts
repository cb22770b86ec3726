import { encodePng } from '../data/image.js'
import type { SketchPlan } from './plan.js'
import type { Sketcher } from './sketcher.js'

export interface Forecast {
  secondsEach: number
  /** For all that is pending. */
  seconds: number
}

/**
 * How long a plan will take, by the first of its photos that can be drawn: measured once it has been drawn before. On a
 * GPU it fills a batch.
 * @returns undefined where nothing can be drawn.
 */
export async function forecast(sketcher: Sketcher, { pending }: SketchPlan): Promise<Forecast | undefined> {
  const { device, batch } = sketcher.parameters
  const copies = device === 'cpu' ? 1 : Math.min(batch, pending.length)
  for (const { path } of pending) {
    const photos = Array<string>(copies).fill(path)
    if (!(await draw(sketcher, photos))) continue
    const started = performance.now()
    await draw(sketcher, photos)
    const secondsEach = (performance.now() - started) / 1000 / copies
    return { secondsEach, seconds: secondsEach * pending.length }
  }
  return undefined
}

/** Whether it could, all but the writing. */
async function draw(sketcher: Sketcher, photos: readonly string[]): Promise<boolean> {
  for await (const { sketch } of sketcher.sketch(photos)) {
    if (!sketch) return false
    await encodePng(sketch)
  }
  return true
}
