/** All layouts that are known. */
import { SilverpointError } from '../../errors.js'
import { foldersIn, type Layout, type LayoutName } from './layout.js'
import { plain } from './plain.js'

/** In the order they are looked for: the more a layout asks of a folder, the earlier. */
export const LAYOUTS: readonly Layout[] = [plain]

/** @throws FILE_NOT_FOUND, FILE_UNREADABLE; DATASET_INVALID where the folder has none of them. */
export async function findLayout(folder: string, name?: LayoutName): Promise<Layout> {
  const folders = await foldersIn(folder)
  for (const layout of LAYOUTS)
    if (name === undefined ? await layout.recognises(folder) : layout.name === name) return layout
  const known = LAYOUTS.map(({ name, shape }) => `${name}: ${shape}`).join('; ')
  throw new SilverpointError(
    'DATASET_INVALID',
    `Expected a data set's layout (${known}) in ${folder} but found ${folders.length > 0 ? `the folders ${folders.join(', ')}` : 'no folders'}. Arrange it as one of these.`,
  )
}
