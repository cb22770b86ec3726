import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { encodePng, type Image, readImage, readPngMetadata } from '../../../lib/data/image.js'
import { isObject } from '../../../lib/data/json.js'
import { fixture } from '../../helpers.js'
import { wavy } from '../../test-image.js'
import { mutateBytes } from '../bytes.js'
import { mutateJson } from '../json.js'
import { mutatePng } from '../png.js'
import type { Random } from '../random.js'
import { ensure, type Target } from '../target.js'

/** A bound on what a picture may claim. */
const PIXEL_LIMIT = 1_000_000

/** Small pictures of a format, turned by EXIF and in a colour profile of their own. */
async function pictures(encode: (picture: Sharp) => Sharp): Promise<Buffer[]> {
  const png = await encodePng(wavy(24, 16))
  return Promise.all(
    [1, 6, 8].map((orientation) =>
      encode(sharp(png))
        .withMetadata({ orientation, ...(orientation === 6 && { icc: 'p3' }) })
        .toBuffer(),
    ),
  )
}

function requireImage({ width, height, data }: Image): void {
  ensure(width > 0 && height > 0 && width * height <= PIXEL_LIMIT, `a size of ${width} x ${height}`)
  ensure(data.length === 3 * width * height, `${data.length} values for ${width} x ${height}`)
  ensure(
    data.every((value) => value >= -1 && value <= 1),
    'a value outside [-1, 1]',
  )
}

const target = (
  name: string,
  weight: number,
  corpus: () => Promise<Buffer[]>,
  mutate: (random: Random, corpus: readonly Buffer[]) => Buffer = mutateBytes,
): Target => ({
  name,
  weight,
  async open() {
    const files = await corpus()
    return {
      make: (random) => mutate(random, files),
      read: async (input) => requireImage(await readImage(input, { pixelLimit: PIXEL_LIMIT })),
    }
  },
})

export const images: readonly Target[] = [
  target('jpeg', 10, async () => [
    ...(await pictures((picture) => picture.jpeg())),
    ...(await pictures((picture) => picture.jpeg({ progressive: true }))),
  ]),
  target(
    'png',
    10,
    async () => [
      ...(await pictures((picture) => picture.png())),
      ...(await pictures((picture) => picture.png({ progressive: true, palette: true }))),
    ],
    (random, files) => (random.chance(0.5) ? mutatePng(random, files) : mutateBytes(random, files)),
  ),
  target('webp', 6, async () => [
    ...(await pictures((picture) => picture.webp())),
    ...(await pictures((picture) => picture.webp({ lossless: true }))),
  ]),
  target('avif', 3, () => pictures((picture) => picture.avif({ effort: 0 }))),
  target('tiff', 6, async () => [
    ...(await pictures((picture) => picture.tiff({ compression: 'none' }))),
    ...(await pictures((picture) => picture.tiff({ compression: 'lzw', tile: true }))),
  ]),
  target('gif', 4, () => pictures((picture) => picture.gif())),
  target('heic', 1, async () => [await readFile(fixture('phone.heic'))]),
]

export const pngMetadata: Target = {
  name: 'png-metadata',
  weight: 10,
  async open(folder) {
    const path = join(folder, 'input.png')
    const metadata = {
      style: 'a'.repeat(64),
      text: 'a sketch, 銀筆',
      seed: 7,
      guidance: { text: 8, image: 1.5 },
    }
    const image = wavy(4, 4)
    const plain = await encodePng(image, metadata)
    return {
      make(random) {
        if (random.chance(0.6)) return (random.chance(0.5) ? mutatePng : mutateBytes)(random, [plain])
        const json = mutateJson(random, JSON.stringify(metadata))
        return mutatePng(random, [plain], (data) => {
          const at = data.indexOf('{')
          return at < 0 ? data : Buffer.concat([data.subarray(0, at), Buffer.from(json)])
        })
      },
      async read(input) {
        await writeFile(path, input)
        const found = await readPngMetadata(path)
        ensure(found === undefined || isObject(found), 'metadata that is no object')
      },
    }
  },
}
