// Learned styles drawn anew with other settings, beside the artist's own drawings.
import { join } from 'node:path'
import { Sketcher } from '../../dist/batch/sketcher.js'
import { mean } from '../../dist/benchmark/statistics.js'
import { readImage } from '../../dist/data/image.js'
import { Scorer } from '../../dist/metrics/scorer.js'
import { OPTIONAL_TEXT } from '../../dist/style/texts.js'
import { rankOne } from './crowd.mjs'
import { learnedStyles, resultsIn } from './learned-styles.mjs'
import { METRICS, rounded } from './record.mjs'

/**
 * { artist: [{ ...what, ...figures }] }: how near each artist's other photos come to the artist's drawings of them, joined with the
 * optional text; means over the styles.
 * @param out what one-shot.mjs made. @param ways [{ what, settings }]: what the figures are told to be of, and a Sketcher's settings.
 * @param crowd where faces are to be told from others, those.
 */
export async function redrawn(bundle, out, artists, ways, crowd) {
  const figures = Object.fromEntries(artists.map((name) => [name, []]))
  for (const [name, styles] of (await learnedStyles(out)).filter(([name]) => artists.includes(name)))
    for (const { what, settings } of ways) {
      figures[name].push({ ...what, ...(await ofStyles(bundle, out, name, styles, settings, crowd)) })
      console.error(name, figures[name].at(-1))
    }
  return figures
}

async function ofStyles(bundle, out, name, styles, settings, crowd) {
  const each = []
  for (const style of styles) {
    const sketcher = new Sketcher(bundle, { crop: 'none', style, optional: OPTIONAL_TEXT, ...settings })
    each.push({
      ...(await scores(bundle, sketcher, out, name)),
      ...(crowd && { rankOne: (await rankOne(sketcher, crowd)).rankOne }),
    })
    sketcher.dispose()
  }
  const middle = (metric) => rounded(mean(each.map((one) => one[metric])))
  return Object.fromEntries(Object.keys(each[0]).map((metric) => [metric, middle(metric)]))
}

/** { metric: value } of what a sketcher makes of the artist's other photos, beside the artist's drawings of them. */
export async function scores(bundle, sketcher, out, name) {
  const { pictures } = resultsIn(out, name)
  const scorer = new Scorer(bundle)
  let row = 0
  for await (const { sketch, error } of sketcher.sketch(
    pictures.map(({ photo }) => join(out, name, photo)),
  )) {
    if (error) throw error
    await scorer.add(sketch, await readImage(join(out, name, pictures[row++].sketch)))
  }
  const set = await scorer.set()
  return Object.fromEntries(METRICS.map((metric) => [metric, set[metric].value]))
}
