// Whether a drawn face is still told from a hundred others: held-out photos drawn in the style of each pair, each sketch's face
// descriptor against those of all photos. Sketches that hardly differ from the grey photo (SSIM from 0.9) do not count. Beside it, the
// same of the artists' own drawings, each against its photo among the hundred: how far a manner keeps a face at all.
//
//   node bench/embedded/identity.mjs HELD OUT      HELD of python -m models.training.held, OUT of one-shot.mjs
import { join } from 'node:path'
import { Sketcher } from '../../dist/batch/sketcher.js'
import { mean } from '../../dist/benchmark/statistics.js'
import { readImage } from '../../dist/data/image.js'
import { OPTIONAL_TEXT } from '../../dist/style/texts.js'
import { crowdIn, isTold, known, rankOne, share } from './crowd.mjs'
import { learnedStyles, resultsIn } from './learned-styles.mjs'
import { open, options, record } from './record.mjs'

const told = options()
const [held, out] = told.positionals
const bundle = await open(told)
const crowd = await crowdIn(held)

async function ofStyle(style) {
  const sketcher = new Sketcher(bundle, { crop: 'none', style, optional: OPTIONAL_TEXT })
  const found = await rankOne(sketcher, crowd)
  sketcher.dispose()
  return found
}

async function ofArtist(name) {
  const told = []
  for (const { photo, sketch } of resultsIn(out, name).pictures) {
    const one = await known(join(out, name, photo))
    if (one) told.push(await isTold(await readImage(join(out, name, sketch)), one, crowd))
  }
  return { drawings: told.length, rankOne: share(told) }
}

const figures = {}
for (const [name, styles] of await learnedStyles(out)) {
  const pairs = []
  for (const style of styles) pairs.push(await ofStyle(style))
  const each = pairs.map(({ rankOne }) => rankOne)
  figures[name] = { artist: await ofArtist(name), pairs, rankOne: Number(mean(each).toFixed(3)) }
}
await record(told, bundle, 'identity', { faces: crowd.length, styles: figures })
bundle.dispose()
