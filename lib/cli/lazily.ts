import type { Command } from 'commander'
import { secondsSince } from './duration.js'
import { Output } from './output.js'

/** Told a command's arguments, then its options (the global ones too), then where to say things. */
type Action = (...given: never[]) => Promise<void>

/** What a command does, imported when it is run: --help and completion load nothing that draws or computes. */
export const lazily =
  (load: () => Promise<Action>) =>
  async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1) as Command
    const options = command.optsWithGlobals()
    const output = new Output(options)
    output.detail(`options: ${chosen(command)}`)
    const started = performance.now()
    try {
      const action = (await load()) as (...given: unknown[]) => Promise<void>
      await action(...given.slice(0, -2), options, output)
    } finally {
      output.detail(`took ${secondsSince(started)}`)
    }
  }

const SOURCES: Record<string, string> = { cli: 'command line', config: 'config file' }

/** Every value with who gave it: `device auto (default), steps 12 (command line)`. */
function chosen(command: Command): string {
  const values = Object.entries(command.optsWithGlobals()).map(([name, value]) => {
    const source = command.getOptionValueSourceWithGlobals(name) ?? 'default'
    return `${name} ${typeof value === 'object' ? JSON.stringify(value) : value} (${SOURCES[source] ?? source})`
  })
  return values.join(', ')
}
