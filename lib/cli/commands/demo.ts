import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { ensureLibTorch } from '../../torch/install.js'
import { packageRoot } from '../../torch/native.js'
import { interruptible } from '../interrupt.js'
import { withJson } from '../options.js'
import { learnCommand } from './learn.js'
import { sketchCommand } from './sketch.js'

export function demoCommand(): Command {
  const command = new Command('demo')
    .description('learn a style from the pair that comes with silverpoint, and sketch other photos in it')
    .option('-o, --output <folder>', 'where everything is written', 'silverpoint-demo')
  return withJson(command).action(demo)
}

/** The commands a user would type, one after the other. */
async function demo({ output, json }: { output: string; json?: boolean }): Promise<void> {
  const samples = join(packageRoot(), 'examples', 'demo')
  const style = join(output, 'style.safetensors')
  const pair = [join(samples, 'pair', 'photo.png'), join(samples, 'pair', 'sketch.png')]
  const photos = join(samples, 'photos')
  const flags = json ? ['--json'] : []
  const run = async (command: Command, args: string[]) => {
    process.stderr.write(`\nsilverpoint ${command.name()} ${args.join(' ')}\n`)
    await command.parseAsync([...args, ...flags], { from: 'user' })
  }
  await interruptible((signal) => ensureLibTorch((text) => process.stderr.write(`${text}\n`), signal))
  await mkdir(output, { recursive: true })
  await run(learnCommand(), [...pair, '-o', style])
  await run(sketchCommand(), [style, photos, '-o', join(output, 'sketches')])
  process.stderr.write(
    `\nLook at ${join(output, 'sketches', 'contact-sheet.png')} and ${join(output, 'style.png')}\n`,
  )
}
