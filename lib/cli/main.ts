#!/usr/bin/env node
/** silverpoint's commands, run. */
import { CommanderError } from 'commander'
import { SilverpointError } from '../errors.js'
import { exitCodeOf } from './exit-codes.js'
import { Output } from './output.js'
import { createProgram } from './program.js'

const program = createProgram()
try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
  const output = new Output(program.opts())
  if (!(error instanceof CommanderError)) output.error(error)
  // Help and version come as errors, too, and have been printed.
  else if (!/help|version/.test(error.code)) output.error(usageError(error))
}

/** "error: unknown command 'lern'\n(Did you mean learn?)", as commander has it, in our own form. */
function usageError({ message }: CommanderError): SilverpointError {
  return new SilverpointError('INVALID_ARGUMENT', message.replace(/^error: /, '').replaceAll('\n', ' '))
}
