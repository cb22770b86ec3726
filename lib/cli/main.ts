#!/usr/bin/env node
/** silverpoint's commands: parse, call, print. */
import { Command } from 'commander'
import { version } from '../version.js'
import { alignCommand } from './commands/align.js'
import { bundleCommand } from './commands/bundle.js'
import { demoCommand } from './commands/demo.js'
import { doctorCommand } from './commands/doctor.js'
import { inspectCommand } from './commands/inspect.js'
import { learnCommand } from './commands/learn.js'
import { libtorchCommand } from './commands/libtorch.js'
import { sketchCommand } from './commands/sketch.js'
import { exitCodeOf } from './exit-codes.js'
import { Output } from './output.js'

const program = new Command('silverpoint')
  .description("Learn an artist's manner from one photo and one sketch, then sketch any face photo in it.")
  .version(version)
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text) })

for (const command of [
  learnCommand(),
  sketchCommand(),
  alignCommand(),
  inspectCommand(),
  bundleCommand(),
  libtorchCommand(),
  doctorCommand(),
  demoCommand(),
]) {
  program.addCommand(inheriting(command, program))
}

/** Commander hands a program's settings only to commands it made itself. */
function inheriting(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent)
  for (const sub of command.commands) inheriting(sub, command)
  return command
}

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
  // Commander has said its own already.
  if (!(error as { code?: string }).code?.startsWith('commander.'))
    new Output({ json: process.argv.includes('--json') }).error(error)
}
