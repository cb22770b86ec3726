import { join } from 'node:path'
import { type Image, readImage } from '../../data/image.js'
import { pictureGrid } from '../../data/picture-grid.js'
import { writeFileAtomically } from '../../data/write-file.js'
import type { Results } from '../results.js'
import type { FigureName } from './names.js'
import { PRESETS } from './presets.js'

/**
 * Writes one of the paper's figures, of a folder's own results, into it.
 * @returns its path, figure-N.png.
 * @throws INVALID_ARGUMENT where a method that it shows was not run; WRITE_FAILED.
 */
export async function writeFigure(results: Results, folder: string, figure: FigureName): Promise<string> {
  const { title, layout } = PRESETS[figure]
  const { pairs, heads, rows } = layout(results)
  const open = async (file: string | null): Promise<Image | undefined> =>
    file === null ? undefined : readImage(join(folder, file))
  const opened = rows.map(async ({ name, files }) => ({ name, pictures: await Promise.all(files.map(open)) }))
  const png = await pictureGrid({
    title: `${title} (the paper's Figure ${figure})`,
    ...{ heads, rows: await Promise.all(opened), note: noteOf(results, pairs) },
  })
  const path = join(folder, `figure-${figure}.png`)
  await writeFileAtomically(path, png)
  return path
}

function noteOf({ dataset, bundle, runs }: Results, pairs: readonly string[]): string {
  const seed = runs.find((run) => run.seed !== null)?.seed
  const parts = [
    `${dataset.name}, split ${dataset.split}`,
    `learned from ${pairs.join(', ')}`,
    ...(typeof seed === 'number' ? [`seed ${seed}`] : []),
    `bundle ${bundle.name} at ${bundle.resolution} px`,
  ]
  return `${parts.join('; ')}.`
}
