// The style learned from the first pair of each artist, as one-shot.mjs left it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Style } from '../../dist/style/style.js'

export const resultsIn = (out, name) => JSON.parse(readFileSync(join(out, name, 'results.json'), 'utf8'))

/** [[name, Style]] */
export function firstStyles(out) {
  return Promise.all(
    readdirSync(out)
      .sort()
      .map(async (name) => {
        const { style } = resultsIn(out, name).runs.find(({ method }) => method === 'ours')
        return [name, await Style.load(join(out, name, style.file))]
      }),
  )
}
