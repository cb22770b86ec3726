// The styles learned from each artist's pairs, as one-shot.mjs left them.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Style } from '../../dist/style/style.js'

export const resultsIn = (out, name) => JSON.parse(readFileSync(join(out, name, 'results.json'), 'utf8'))

/** [[name, Style[]]] */
export function learnedStyles(out) {
  return Promise.all(
    readdirSync(out)
      .sort()
      .map(async (name) => {
        const ours = resultsIn(out, name).runs.filter(({ method }) => method === 'ours')
        return [name, await Promise.all(ours.map(({ style }) => Style.load(join(out, name, style.file))))]
      }),
  )
}
