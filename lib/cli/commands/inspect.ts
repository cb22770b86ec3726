import { Command } from 'commander'
import { examples } from '../examples.js'
import { lazily } from '../lazily.js'

export const inspectCommand = (): Command =>
  new Command('inspect')
    .description('tell what a style, a bundle or a sketch is')
    .argument('<paths...>', 'style files, bundle folders, or sketches made by silverpoint')
    .addHelpText(
      'after',
      examples('silverpoint inspect style.safetensors', 'silverpoint inspect out/face.png ip2p --json'),
    )
    .action(lazily(async () => (await import('../actions/inspect.js')).inspect))
