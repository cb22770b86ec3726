import { join } from 'node:path'
import sharp from 'sharp'
import { imagesWithin } from '../find-images.js'
import { entriesIn, hasFolder, joined, type Layout } from './layout.js'

const SPLITS = ['train', 'test']
/** How far from 2 the ratio of the sides of two squares side by side may be. */
const TOLERANCE = 0.1

/** APDrawing: `train/` and `test/` with pictures that hold the photo on the left and the drawing on the right. */
export const apdrawing: Layout = {
  name: 'apdrawing',
  shape: '{train,test}/ with pictures of photo and drawing side by side, also in data/',
  title: () => 'APDrawing',
  published: { APDrawing: [{ train: 70, test: 70 }] },

  async recognises(folder) {
    const [first] = (
      await Promise.all((await splitFolders(folder)).map(({ path }) => imagesWithin(path)))
    ).flat()
    return first !== undefined && first.relative.indexOf('/') < 0 && isTwiceAsWide(first.path)
  },

  async read(folder) {
    const parts = (await splitFolders(folder)).map(async ({ split, path }) => {
      const both = await entriesIn(path, { group: split, split })
      return { photos: both, sketches: both }
    })
    return joined(await Promise.all(parts))
  },
}

async function splitFolders(folder: string): Promise<{ split: string; path: string }[]> {
  const data = join(folder, 'data')
  const root = (await hasFolder(data)) ? data : folder
  const all = SPLITS.map((split) => ({ split, path: join(root, split) }))
  const there = await Promise.all(all.map(({ path }) => hasFolder(path)))
  return all.filter((_, i) => there[i])
}

async function isTwiceAsWide(path: string): Promise<boolean> {
  const size = await sharp(path)
    .metadata()
    .catch(() => undefined)
  return size !== undefined && Math.abs(size.width / size.height - 2) < TOLERANCE
}
