import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { readAnyManifest } from '../../bundle/metrics-manifest.js'
import { readPngMetadata } from '../../data/image.js'
import { readFailure } from '../../data/read-file.js'
import { Style } from '../../style/style.js'
import type { Output } from '../output.js'

export async function inspect(paths: string[], _options: unknown, output: Output): Promise<void> {
  for (const path of paths) {
    const facts = await factsOf(path)
    output.result(`${path}\n${lines(facts)}`, { path, ...facts })
  }
}

async function factsOf(path: string): Promise<Record<string, unknown>> {
  const found = await stat(path).catch((cause) => {
    throw readFailure(path, cause)
  })
  if (found.isDirectory()) {
    const { roles, tokenizer, ...facts } = { tokenizer: undefined, ...(await readAnyManifest(path)) }
    return { what: 'bundle', ...facts, roles: Object.keys(roles) }
  }
  if (extname(path) === '.png') return { what: 'sketch', ...(await readPngMetadata(path)) }
  const style = await Style.load(path)
  const [tokens, width] = style.shape
  const { hash, palette, provenance } = style
  return {
    what: 'style',
    hash,
    tokens,
    width,
    ...(palette && { paper: hexOf(palette.paper) }),
    ...provenance,
  }
}

/** Of a colour in [0, 1]. */
const hexOf = (colour: readonly number[]): string =>
  `#${Buffer.from(Uint8ClampedArray.from(colour, (value) => 255 * value)).toString('hex')}`

const lines = (facts: Record<string, unknown>): string =>
  Object.entries(facts)
    .map(([name, value]) => `  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n')
