import { readImage } from '../data/image.js'
import { comparable } from '../metrics/comparable.js'
import type { GreyImage } from '../metrics/grey.js'
import { filtered } from './filtered.js'
import type { LearningPair } from './method.js'
import type { MakeMethods } from './tools.js'

/** The grey photo with the contrast and brightness that make the pair's photo most like its sketch. */
export const greyFitted: MakeMethods = () => [
  {
    name: 'grey-fitted',
    label: 'Grey photo, contrast fitted',
    protocol: 'one-shot',
    usesBundle: false,
    dependsOn: { pair: true, seed: false },
    settings: {},
    async begin({ pair }) {
      const started = performance.now()
      const { gain, offset } = await fitContrast(pair)
      const seconds = { pez: null, learning: (performance.now() - started) / 1000 }
      const adjust = (grey: GreyImage): GreyImage => ({
        ...grey,
        data: new Uint8Array(Uint8ClampedArray.from(grey.data, (value) => gain * value + offset)),
      })
      return { learned: { style: null, seconds, losses: [] }, draw: (photos) => filtered(photos, adjust) }
    },
  },
]

/** gain x photo + offset nearest to the sketch, by least squares. A photo of one grey becomes the sketch's mean. */
export async function fitContrast(pair: LearningPair): Promise<{ gain: number; offset: number }> {
  const [photo, sketch] = await Promise.all([readImage(pair.photo), readImage(pair.sketch)])
  const { prediction, truth } = await comparable(photo, sketch)
  const [meanPhoto, meanSketch] = [mean(prediction.data), mean(truth.data)]
  let covariance = 0
  let variance = 0
  for (const [i, value] of prediction.data.entries()) {
    covariance += (value - meanPhoto) * ((truth.data[i] as number) - meanSketch)
    variance += (value - meanPhoto) ** 2
  }
  const gain = variance === 0 ? 0 : covariance / variance
  return { gain, offset: meanSketch - gain * meanPhoto }
}

const mean = (values: Uint8Array): number => values.reduce((sum, value) => sum + value, 0) / values.length
