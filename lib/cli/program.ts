import { Command } from 'commander'
import { version } from '../version.js'
import { adopt } from './adopt.js'
import { alignCommand } from './commands/align.js'
import { benchmarkCommand } from './commands/benchmark.js'
import { bundleCommand } from './commands/bundle.js'
import { completionCommand } from './commands/completion.js'
import { datasetCommand } from './commands/dataset.js'
import { demoCommand } from './commands/demo.js'
import { doctorCommand } from './commands/doctor.js'
import { evaluateCommand } from './commands/evaluate.js'
import { inspectCommand } from './commands/inspect.js'
import { learnCommand } from './commands/learn.js'
import { libtorchCommand } from './commands/libtorch.js'
import { sketchCommand } from './commands/sketch.js'
import { configure } from './config-file.js'
import { examples } from './examples.js'
import { withGlobals } from './options.js'

/**
 * All commands, in the order of the help. Each is defined in commands/, where nothing is imported but what it takes to
 * parse it, and done by actions/, which is imported when it is run.
 */
const COMMANDS = [
  learnCommand,
  sketchCommand,
  alignCommand,
  evaluateCommand,
  datasetCommand,
  benchmarkCommand,
  inspectCommand,
  bundleCommand,
  libtorchCommand,
  doctorCommand,
  demoCommand,
  completionCommand,
]

/** A fresh program: commander keeps what it has parsed. It throws CommanderError and prints none. */
export function createProgram(): Command {
  const program = withGlobals(new Command('silverpoint'))
    .description("Learn an artist's manner from one photo and one sketch, then sketch any face photo in it.")
    .version(version)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => {} })
    .addHelpText(
      'after',
      examples(
        'silverpoint learn photo.jpg sketch.png -o style.safetensors',
        'silverpoint sketch style.safetensors photos/ -o out/',
        'silverpoint sketch --help    # examples of one command',
      ),
    )
  for (const create of COMMANDS) program.addCommand(adopt(create(), program))
  for (const group of [program, ...program.commands]) configure(group, program)
  return program
}
