import type { Command } from 'commander'
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
    const action = (await load()) as (...given: unknown[]) => Promise<void>
    await action(...given.slice(0, -2), options, output)
  }
