import { join } from 'node:path'
import { type Entries, entriesOfPairs, foldersIn, joined, type Layout, pairFolders } from './layout.js'

/** `photos/` and `sketches/` whose files have the same names, in the folder itself or in one folder for every style. */
export const plain: Layout = {
  name: 'plain',
  shape: 'photos/ + sketches/, or STYLE/photos/ + STYLE/sketches/',

  async recognises(folder) {
    if (await hasPairs(folder)) return true
    const within = await foldersIn(folder)
    return (await Promise.all(within.map((name) => hasPairs(join(folder, name))))).includes(true)
  },

  async read(folder): Promise<Entries> {
    if (await hasPairs(folder)) return entriesOfPairs(await pairFolders(folder), { group: '' })
    const styles = await foldersIn(folder)
    const read = async (style: string) =>
      entriesOfPairs(await pairFolders(join(folder, style)), { group: style, style })
    return joined(await Promise.all(styles.map(read)))
  },
}

async function hasPairs(folder: string): Promise<boolean> {
  const { photos, sketches } = await pairFolders(folder)
  return photos !== undefined && sketches !== undefined
}
