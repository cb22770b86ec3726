import { Command } from 'commander'
import { examples } from '../examples.js'
import { lazily } from '../lazily.js'

export const demoCommand = (): Command =>
  new Command('demo')
    .description('learn a style from the pair that comes with silverpoint, and sketch other photos in it')
    .option('-o, --output <folder>', 'where everything is written', 'silverpoint-demo')
    .addHelpText(
      'after',
      examples('silverpoint demo', 'silverpoint demo -o first-try    # look at first-try/style.png'),
    )
    .action(lazily(async () => (await import('../actions/demo.js')).demo))
