/** What silverpoint.config.json says: sections of options by their long names, read as the command line would be. */
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Command, InvalidArgumentError, type Option } from 'commander'
import * as v from 'valibot'
import { readFile } from '../data/read-file.js'
import { parseJsonAs } from '../data/schema.js'
import { quoted, SilverpointError } from '../errors.js'
import { didYouMean } from './suggest.js'
import { placeholder, valueKind } from './value-kind.js'

const single = v.union([v.string(), v.number()])
const setting = v.union([single, v.boolean(), v.array(single)])
const sections = v.record(v.string(), v.record(v.string(), setting))
type Setting = v.InferOutput<typeof setting>
type Sections = v.InferOutput<typeof sections>

/** The section whose options go to every command that has them. */
const SHARED = 'shared'

/**
 * Gives the options of a command, and of the program, the values that the file has for them.
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE; INVALID_ARGUMENT for what is not JSON, names no command or option, or is no
 * value of its option.
 */
export async function applyConfig(file: string, command: Command, program: Command): Promise<void> {
  const config = parseConfig(await readFile(file).then(String), file, program)
  const section = pathOf(command)
  for (const from of [SHARED, section]) {
    for (const [name, value] of Object.entries(config[from] ?? {})) {
      for (const owner of [command, program]) {
        const option = optionsOf(owner).find((option) => nameOf(option) === name)
        if (option) set(owner, option, parseSetting(option, value, file, `${from}.${name}`))
      }
    }
  }
}

/** Its sections, of which each name is that of a command or an option. Values are not looked into. */
export function parseConfig(text: string, file: string, program: Command): Sections {
  const { value, misfit } = parseJsonAs(sections, text)
  if (misfit) throw invalid(`Expected ${misfit.wanted} in ${file} but received ${misfit.got}.`)
  const known = namesBySection(program)
  for (const [section, settings] of Object.entries(value)) {
    const names = known.get(section)
    if (!names)
      throw invalid(
        `Expected "${SHARED}" or the name of a command in ${file} but found ${quoted(section)}.${didYouMean(section, [...known.keys()])} See silverpoint --help.`,
      )
    for (const name of Object.keys(settings)) {
      if (!names.includes(name))
        throw invalid(
          `Expected the long name of an option${section === SHARED ? ' that means the same to several commands' : ` of silverpoint ${section}`} in "${section}" of ${file} but found ${quoted(name)}.${didYouMean(name, names)}`,
        )
    }
  }
  return value
}

/** The names that may stand in each section. */
function namesBySection(program: Command): Map<string, string[]> {
  const commands = leavesOf(program)
  const globals = optionsOf(program).map(nameOf)
  return new Map([
    [SHARED, [...globals, ...sharedNames(commands)]],
    ...commands.map((command): [string, string[]] => [
      pathOf(command),
      [...globals, ...optionsOf(command).map(nameOf)],
    ]),
  ])
}

/** Of options that several commands have, all with the same meaning: --steps is one thing to learn, another to sketch. */
function sharedNames(commands: readonly Command[]): string[] {
  const meanings = new Map<string, string[]>()
  for (const option of commands.flatMap(optionsOf)) {
    const name = nameOf(option)
    meanings.set(name, [...(meanings.get(name) ?? []), `${option.flags} ${option.description}`])
  }
  return [...meanings].filter(([, same]) => same.length > 1 && new Set(same).size === 1).map(([name]) => name)
}

const leavesOf = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf)

/** `bundle check`, as it is typed. */
const pathOf = (command: Command): string =>
  command.parent?.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()

/** Those that a file may set; what a --no- form says is `false` for the other one. */
const optionsOf = (command: Command): Option[] =>
  command.options.filter((option) => !option.negate && !['version', 'config'].includes(nameOf(option)))

const nameOf = (option: Option): string => (option.long as string).slice(2)

function set(owner: Command, option: Option, value: unknown): void {
  const key = option.attributeName()
  const silenced = key === 'quiet' ? 'verbose' : key === 'verbose' ? 'quiet' : key
  if ([key, silenced].some((name) => owner.getOptionValueSource(name) === 'cli')) return
  owner.setOptionValueWithSource(key, value, 'config')
  // An option that takes several adds what is on the command line to what it has, unless that is its default.
  option.default(value)
  const parse = option.parseArg
  if (parse) option.argParser((text, before) => parse(text, before === value ? undefined : before))
}

function parseSetting(option: Option, value: Setting, file: string, where: string): unknown {
  const wanted = placeholder(option) === '' ? 'boolean' : option.variadic ? 'object' : undefined
  const fits = wanted ? typeof value === wanted : typeof value === 'string' || typeof value === 'number'
  if (!fits) {
    const words = { boolean: 'true or false', object: 'a list' }
    throw invalid(
      `Expected ${wanted ? words[wanted] : 'a text or a number'} for ${where} in ${file} but received ${quoted(value)}.`,
    )
  }
  if (typeof value === 'boolean') return value
  const texts = [value].flat().map((text) => withFolder(option, String(text), dirname(file)))
  if (!option.parseArg) return option.variadic ? texts : texts[0]
  let parsed: unknown
  for (const text of texts) {
    try {
      parsed = option.parseArg(text, parsed)
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error
      throw invalid(`${where} in ${file}: ${quoted(text)} is invalid. ${error.message}`)
    }
  }
  return parsed
}

/** A path is relative to the file that names it. A source is one where something is there, else a name on the hub. */
function withFolder(option: Option, text: string, folder: string): string {
  if (!['file', 'folder'].includes(valueKind(option))) return text
  const path = resolve(folder, text)
  return placeholder(option) === 'source' && !existsSync(path) ? text : path
}

const invalid = (message: string): SilverpointError => new SilverpointError('INVALID_ARGUMENT', message)
