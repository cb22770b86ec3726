import { mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import sharp from 'sharp'
import type { Bundle } from '../lib/bundle/bundle.js'
import { recipe } from '../lib/style/recipe.js'
import { Style } from '../lib/style/style.js'

/** Blurred noise, another for every name: a PNG, or what the name ends in. */
export async function makePhotos(folder: string, names: readonly string[]): Promise<string[]> {
  return Promise.all(
    names.map(async (name, n) => {
      const noise = Uint8Array.from({ length: 192 }, (_, i) => (Math.sin(n * 31 + i * 5.1) + 1) * 127)
      const path = join(folder, name)
      await mkdir(dirname(path), { recursive: true })
      await sharp(noise, { raw: { width: 8, height: 8, channels: 3 } })
        .resize(60 + (n % 5), 80, { fit: 'fill' })
        .toFile(path)
      return path
    }),
  )
}

/** Photos of these names in `photos`, and in `sketches` half as strong in contrast and of the same framing: @returns the folder. */
export async function makePairs(folder: string, stems: readonly string[]): Promise<string> {
  await mkdir(join(folder, 'sketches'), { recursive: true })
  const photos = await makePhotos(
    folder,
    stems.map((stem) => `photos/${stem}.png`),
  )
  for (const photo of photos)
    await sharp(photo)
      .greyscale()
      .linear(0.5, 127)
      .toFile(join(folder, 'sketches', basename(photo)))
  return folder
}

/** A style that begins from a text and is nudged, another way for every number. */
export async function makeStyle(bundle: Bundle, text: string, n: number): Promise<Style> {
  const { context, eos } = bundle.text.encode(text)
  const { tokens, width } = bundle.manifest.text
  const rows = Float32Array.from((await context.toArray()) as Float32Array, (x, i) => x + Math.sin(i * n) / 4)
  context.dispose()
  return new Style(rows, [tokens, width], {
    ...{ bundle: 'tiny', weightsId: bundle.manifest.weightsId, start: 1, end: eos, text, textFrom: 'user' },
    ...{ recipeName: 'default', recipe: { ...recipe('default') }, seed: 0, step: 1, pairs: [] },
    ...{ dtype: 'float32', device: 'cpu', silverpoint: '0.1.0' },
  })
}
