import { alignFiles } from '../../data/align-files.js'
import type { Output } from '../output.js'

export async function align(
  photo: string,
  sketch: string,
  { output: folder }: { output: string },
  output: Output,
): Promise<void> {
  const aligned = await alignFiles(photo, sketch, folder)
  output.result([aligned.photo, aligned.sketch, aligned.picture].join('\n'), aligned)
}
