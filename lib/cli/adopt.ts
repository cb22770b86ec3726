import { type Argument, type Command, InvalidArgumentError, type Option } from 'commander'
import { didYouMean } from './suggest.js'

/** Hands a program's settings to a command that it did not make itself, and to those below it. */
export function adopt(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent)
  for (const of of [...command.options, ...command.registeredArguments]) suggestChoices(of)
  for (const sub of command.commands) adopt(sub, command)
  return command
}

/** Commander suggests commands and options, but no values. */
function suggestChoices(of: Option | Argument): void {
  const { argChoices: choices, parseArg: parse } = of
  if (!choices || !parse) return
  of.argParser((text, previous) => {
    try {
      return parse(text, previous)
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error
      throw new InvalidArgumentError(`${error.message}${didYouMean(text, choices)}`)
    }
  })
}
