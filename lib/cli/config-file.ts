/** silverpoint.config.json: where it is, and which commands ask for it. What it says is read by config-values.ts. */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { GlobalOptions } from './options.js'
import { Output } from './output.js'

const CONFIG_FILE = 'silverpoint.config.json'

/** The nearest one, from `folder` upwards; not above the home folder. */
export function findConfigFile(folder = process.cwd(), home = homedir()): string | undefined {
  const file = join(folder, CONFIG_FILE)
  if (existsSync(file)) return file
  const above = dirname(folder)
  return folder === home || above === folder ? undefined : findConfigFile(above, home)
}

/**
 * Before a command of `group` is parsed, gives its options what the file says: the command line then wins. Help needs no
 * file, nor does completion, which a shell asks for wherever it starts.
 */
export function configure(group: Command, program: Command): void {
  group.hook('preSubcommand', async (_, command) => {
    const isHelp = group.args.some((word) => word === '--help' || word === '-h')
    if (isHelp || command.commands.length > 0 || command.name() === 'completion') return
    const { config } = program.opts<GlobalOptions>()
    const file = config === undefined ? findConfigFile() : resolve(config)
    if (file !== undefined) {
      const { applyConfig } = await import('./config-values.js')
      await applyConfig(file, command, program)
    }
    new Output(program.opts()).detail(`config file: ${file ?? `no ${CONFIG_FILE} here or above`}`)
  })
}
