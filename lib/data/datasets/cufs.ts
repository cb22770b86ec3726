import { basename, join, resolve } from 'node:path'
import {
  entriesOfPairs,
  type Facts,
  foldersIn,
  joined,
  type Layout,
  type PairFolders,
  pairFolders,
} from './layout.js'

const SPLITS = ['train', 'test']
const TITLES = ['CUFSF', 'CUFS', 'WildSketch']

/**
 * CUFS, CUFSF and WildSketch as they are handed around: `train_photos/` with `train_sketches/`, or `train/photos/` with
 * `train/sketches/`, and the same for test, in the folder itself or in one for each database (CUHK student, AR and XM2VTS of
 * CUFS), which is then the pairs' source.
 */
export const cufs: Layout = {
  name: 'cufs',
  shape:
    '{train,test}_photos/ + {train,test}_sketches/ or {train,test}/{photos,sketches}/, also in DATABASE/',
  title(folder) {
    const name = basename(resolve(folder)).replace(/[-_ ]/g, '').toUpperCase()
    return TITLES.find((title) => name.startsWith(title.toUpperCase()))
  },
  // Two splits of CUFS are in use.
  published: {
    CUFS: [
      { train: 268, test: 338 },
      { train: 306, test: 300 },
    ],
  },

  async recognises(folder) {
    return (await placesIn(folder)).length > 0
  },

  async read(folder) {
    const places = await placesIn(folder)
    return joined(await Promise.all(places.map(({ folders, facts }) => entriesOfPairs(folders, facts))))
  },
}

interface Place {
  folders: PairFolders
  facts: Facts
}

async function placesIn(folder: string): Promise<Place[]> {
  const own = await splitsIn(folder)
  if (own.length > 0) return own
  const databases = await foldersIn(folder)
  return (await Promise.all(databases.map((source) => splitsIn(join(folder, source), source)))).flat()
}

async function splitsIn(folder: string, source?: string): Promise<Place[]> {
  const places: Place[] = []
  for (const split of SPLITS) {
    const group = source === undefined ? split : `${source}_${split}`
    const facts = { group, split, ...(source !== undefined && { source }) }
    for (const folders of [await pairFolders(folder, `${split}_`), await pairFolders(join(folder, split))])
      if (folders.photos && folders.sketches) places.push({ folders, facts })
  }
  return places
}
