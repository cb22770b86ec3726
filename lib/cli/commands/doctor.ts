import { Command } from 'commander'
import { diagnose } from '../../doctor.js'
import { ExitCode } from '../exit-codes.js'
import { withJson } from '../options.js'
import { Output } from '../output.js'

export function doctorCommand(): Command {
  const command = new Command('doctor').description(
    'say what is installed, what is used, and what is missing',
  )
  return withJson(command).action(async (options: { json?: boolean }) => {
    const output = new Output(options)
    for await (const finding of diagnose()) {
      const { what, ok, detail } = finding
      output.result(`${ok ? 'ok  ' : 'FAIL'} ${what}: ${detail}`, finding)
      if (!ok) process.exitCode = ExitCode.failed
    }
  })
}
