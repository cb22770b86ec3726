/** What may stand where on silverpoint's command line, told by commander's definitions. */
import type { Argument, Command, Option } from 'commander'
import { placeholder, type ValueKind, valueKind } from '../value-kind.js'

export interface Value {
  name: string
  kind: ValueKind
  choices: readonly string[]
  /** More of them may follow. */
  many: boolean
}

export interface Flag {
  /** As `-o` and `--output`. */
  names: readonly string[]
  description: string
  /** Undefined for a switch. */
  value?: Value
}

export interface Grammar {
  /** The words of the command after `silverpoint`; none for silverpoint itself. */
  path: readonly string[]
  description: string
  /** Those of the commands above are not repeated. */
  flags: readonly Flag[]
  values: readonly Value[]
  commands: readonly Grammar[]
}

export function grammarOf(command: Command, path: readonly string[] = []): Grammar {
  const help = command.createHelp()
  return {
    path,
    description: command.description(),
    flags: help.visibleOptions(command).map(flagOf),
    values: command.registeredArguments.map(valueFor),
    commands: command.commands.map((sub) => grammarOf(sub, [...path, sub.name()])),
  }
}

/** A command and all below it. */
export const withAllBelow = (grammar: Grammar): Grammar[] => [
  grammar,
  ...grammar.commands.flatMap(withAllBelow),
]

function flagOf(option: Option): Flag {
  const { short, long, description } = option
  const names = [short, long].filter((name) => name !== undefined)
  return { names, description, ...(placeholder(option) !== '' && { value: valueFor(option) }) }
}

function valueFor(of: Option | Argument): Value {
  return { name: placeholder(of), kind: valueKind(of), choices: of.argChoices ?? [], many: of.variadic }
}
