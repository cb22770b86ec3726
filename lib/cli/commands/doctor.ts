import { Command } from 'commander'
import { examples } from '../examples.js'
import { lazily } from '../lazily.js'

export const doctorCommand = (): Command =>
  new Command('doctor')
    .description('say what is installed, what is used, and what is missing')
    .addHelpText(
      'after',
      examples('silverpoint doctor', 'silverpoint doctor --json    # one finding a line, for a bug report'),
    )
    .action(lazily(async () => (await import('../actions/doctor.js')).doctor))
