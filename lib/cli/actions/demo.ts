import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureLibTorch } from '../../torch/install.js'
import { packageRoot } from '../../torch/native.js'
import { interruptible } from '../interrupt.js'
import type { GlobalOptions } from '../options.js'
import type { Output } from '../output.js'
import { createProgram } from '../program.js'

/** The commands a user would type, one after the other. */
export async function demo(
  { output: folder, ...options }: GlobalOptions & { output: string },
  output: Output,
): Promise<void> {
  const samples = join(packageRoot(), 'examples', 'demo')
  const style = join(folder, 'style.safetensors')
  const sketches = join(folder, 'sketches')
  const pair = [join(samples, 'pair', 'photo.png'), join(samples, 'pair', 'sketch.png')]
  const run = async (...args: string[]) => {
    output.note(`\nsilverpoint ${args.join(' ')}`)
    await createProgram().parseAsync([...args, ...flagsOf(options)], { from: 'user' })
  }
  await interruptible(output, (signal) => ensureLibTorch({ signal, ...output.listeners() }))
  await mkdir(folder, { recursive: true })
  await run('learn', ...pair, '-o', style)
  await run('sketch', style, join(samples, 'photos'), '-o', sketches)
  output.note(`\nLook at ${join(sketches, 'contact-sheet.png')} and ${join(folder, 'style.png')}`)
}

const flagsOf = ({ json, quiet, verbose, config }: GlobalOptions): string[] => [
  ...Object.entries({ json, quiet, verbose }).flatMap(([name, given]) => (given ? [`--${name}`] : [])),
  ...(config === undefined ? [] : ['--config', config]),
]
