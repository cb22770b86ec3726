/** All layouts that are known. */
import { invalidArgument, SilverpointError } from '../../errors.js'
import { apdrawing } from './apdrawing.js'
import { cufs } from './cufs.js'
import { fs2k } from './fs2k.js'
import { foldersIn, type Layout } from './layout.js'
import { LAYOUT_NAMES, type LayoutName } from './layout-names.js'
import { osSketch } from './os-sketch.js'
import { plain } from './plain.js'
import { visii } from './visii.js'

/** In the order they are looked for: the more a layout asks of a folder, the earlier. */
export const LAYOUTS: readonly Layout[] = [osSketch, fs2k, cufs, apdrawing, plain, visii]

/**
 * The layout of that name, else the one the folder has.
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE; INVALID_ARGUMENT for an unknown name; DATASET_INVALID where it has none.
 */
export async function findLayout(folder: string, name?: LayoutName): Promise<Layout> {
  const folders = await foldersIn(folder)
  if (name !== undefined) return layoutNamed(name)
  for (const layout of LAYOUTS) if (await layout.recognises(folder)) return layout
  const known = LAYOUTS.map(({ name, shape }) => `${name}: ${shape}`).join('; ')
  const found = folders.length > 0 ? `the folders ${folders.join(', ')}` : 'no folders'
  throw new SilverpointError(
    'DATASET_INVALID',
    `Expected a data set's layout (${known}) in ${folder} but found ${found}. Arrange it as one of these.`,
  )
}

export function layoutNamed(name: LayoutName): Layout {
  const layout = LAYOUTS.find((one) => one.name === name)
  if (layout) return layout
  throw invalidArgument('layout', LAYOUT_NAMES.join(', '), name)
}
