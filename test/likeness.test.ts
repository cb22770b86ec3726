import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Sketcher } from '../lib/batch/sketcher.js'
import { type Bundle, loadBundle } from '../lib/bundle/bundle.js'
import { type Image, readImage } from '../lib/data/image.js'
import { Likeness } from '../lib/style/likeness.js'
import { encodePairs, preparePair } from '../lib/style/pairs.js'
import { scope } from '../lib/torch/index.js'

const TEXTS = ['a charcoal drawing', 'a simple line drawing', 'a sepia drawing', 'a negative']
const PHOTO = join(import.meta.dirname, '..', 'examples', 'demo', 'pair', 'photo.png')

let bundle: Bundle
let photo: Image

beforeAll(async () => {
  bundle = await loadBundle(undefined, { device: 'cpu' })
  photo = await readImage(PHOTO)
})
afterAll(() => bundle.dispose())

async function drawn(optional: string): Promise<Image> {
  await using sketcher = new Sketcher(bundle, { optional, seed: 7, crop: 'none' })
  for await (const { sketch, error } of sketcher.sketch([PHOTO])) {
    if (error) throw error
    return sketch
  }
  throw new Error('nothing was drawn')
}

/** Of each of the texts. */
function scores(photo: Image, sketch: Image): Promise<number[]> {
  return scope(async () => {
    const pairs = encodePairs(bundle, [await preparePair({ photo, sketch }, bundle.manifest.resolution)])
    const likeness = await Likeness.of(bundle, pairs, 0)
    return likeness.scores(TEXTS.map((text) => bundle.text.encode(text).context))
  })
}

it.each(TEXTS)('likest is the text that the sketch was drawn by: %s', async (text) => {
  const found = await scores(photo, await drawn(text))
  expect(TEXTS[found.indexOf(Math.max(...found))]).toBe(text)
})

it('counts the face where the photo shows one: no score of the others reaches 3', async () => {
  const sketch = await drawn('a charcoal drawing')
  const faceless = { ...photo, data: photo.data.map((_, i) => Math.sin(i / 97)) }
  expect(Math.max(...(await scores(photo, sketch)))).toBeGreaterThan(3)
  expect(Math.max(...(await scores(faceless, sketch)))).toBeLessThan(3)
})
