import { join } from 'node:path'
import { type Entries, type Entry, entriesIn, type Facts, foldersIn, joined, type Layout } from './layout.js'

/** `0_0.png` before, the photo, and `0_1.png` after, the sketch: of any ending, by number. */
const NAME = /^(\d+)_([01])$/

/** VISII's pairs, in the folder itself or in one for every style. Pictures of other names are none of them. */
export const visii: Layout = {
  name: 'visii',
  shape: 'N_0.png (photo) + N_1.png (sketch), or STYLE/N_0.png + STYLE/N_1.png',

  async recognises(folder) {
    const { photos, sketches } = await this.read(folder)
    return photos.length > 0 && sketches.length > 0
  },

  async read(folder) {
    const own = await readFolder(folder, { group: '' })
    if (own.photos.length > 0) return own
    const styles = await foldersIn(folder)
    const read = (style: string) => readFolder(join(folder, style), { group: style, style })
    return joined(await Promise.all(styles.map(read)))
  },
}

async function readFolder(folder: string, facts: Facts): Promise<Entries> {
  const entries = await entriesIn(folder, facts)
  const side = (wanted: '0' | '1'): Entry[] =>
    entries.flatMap((entry) => {
      const [, number, which] = NAME.exec(entry.name) ?? []
      return number !== undefined && which === wanted ? [{ ...entry, name: number }] : []
    })
  return { photos: side('0'), sketches: side('1') }
}
