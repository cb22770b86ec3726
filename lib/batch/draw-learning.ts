import type { Bundle } from '../bundle/bundle.js'
import { encodePng } from '../data/image.js'
import { learningPicture } from '../data/learning-picture.js'
import { writeFileAtomically } from '../data/write-file.js'
import type { PreparedPair } from '../style/pairs.js'
import type { StepLosses } from '../style/step-losses.js'
import type { Style } from '../style/style.js'
import { Sketcher } from './sketcher.js'

/** Writes the picture that goes with a style: the pair as it was learned from, the photo drawn in it, and how the losses fell. */
export async function drawLearning(
  bundle: Bundle,
  { photo, sketch }: PreparedPair,
  style: Style,
  losses: readonly StepLosses[],
  path: string,
): Promise<void> {
  await using sketcher = new Sketcher(bundle, { style, batch: 1, crop: 'none' })
  for await (const result of sketcher.sketch([await encodePng(photo)])) {
    if (result.error) throw result.error
    const picture = await learningPicture({
      photo: result.original,
      sketch,
      reconstruction: result.sketch,
      losses: losses.map(({ total, ...terms }) => ({ loss: total, ...terms })),
      text: style.provenance.text,
    })
    await writeFileAtomically(path, picture)
  }
}
