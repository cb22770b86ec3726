import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { Command } from 'commander'
import { readManifest } from '../../bundle/manifest.js'
import { readPngMetadata } from '../../data/image.js'
import { readFailure } from '../../data/read-file.js'
import { Style } from '../../style/style.js'
import { withJson } from '../options.js'
import { Output } from '../output.js'

export function inspectCommand(): Command {
  const command = new Command('inspect')
    .description('tell what a style, a bundle or a sketch is')
    .argument('<paths...>', 'style files, bundle folders, or sketches made by silverpoint')
  return withJson(command).action(async (paths: string[], options: { json?: boolean }) => {
    const output = new Output(options)
    for (const path of paths) {
      const facts = await inspect(path)
      output.result(`${path}\n${lines(facts)}`, { path, ...facts })
    }
  })
}

async function inspect(path: string): Promise<Record<string, unknown>> {
  const found = await stat(path).catch((cause) => {
    throw readFailure(path, cause)
  })
  if (found.isDirectory()) {
    const { roles, tokenizer, ...manifest } = await readManifest(path)
    return { what: 'bundle', ...manifest, roles: Object.keys(roles) }
  }
  if (extname(path) === '.png') return { what: 'sketch', ...(await readPngMetadata(path)) }
  const style = await Style.load(path)
  const [tokens, width] = style.shape
  return { what: 'style', hash: style.hash, tokens, width, ...style.provenance }
}

const lines = (facts: Record<string, unknown>): string =>
  Object.entries(facts)
    .map(([name, value]) => `  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n')
