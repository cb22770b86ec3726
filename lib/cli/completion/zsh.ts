import { type Flag, type Grammar, type Value, withAllBelow } from './grammar.js'

/** For zsh's own completion system: one function a command. */
export function zshCompletion(program: Grammar): string {
  return `#compdef silverpoint
# silverpoint's completion for zsh: silverpoint completion zsh > "$fpath[1]/_silverpoint"
${withAllBelow(program)
  .reverse()
  .map((command) => functionOf(command, program))
  .join('\n')}
if [[ \${funcstack[1]} == _silverpoint ]]; then _silverpoint "$@"; else compdef _silverpoint silverpoint; fi
`
}

function functionOf(command: Grammar, program: Grammar): string {
  const flags = command === program ? program.flags : [...command.flags, ...ownOf(program, command)]
  const specs = [...flags.map(flagSpec), ...valueSpecs(command)].map((spec) => ` \\\n    ${spec}`).join('')
  if (command.commands.length === 0) return `${nameOf(command)}() {\n  _arguments -s -S${specs}\n}\n`
  return `${nameOf(command)}() {
  local curcontext=$curcontext state state_descr line
  typeset -A opt_args
  _arguments -C -s -S${specs}
${dispatch(command)}}
`
}

const ownOf = ({ flags }: Grammar, command: Grammar): Flag[] =>
  flags.filter(({ names }) => !command.flags.some((flag) => flag.names.includes(names.at(-1) as string)))

const nameOf = ({ path }: Grammar): string => ['_silverpoint', ...path].join('_')

/** '(-o --output)'{-o,--output}'[where it is written]:folder:_files -/' */
function flagSpec({ names, description, value }: Flag): string {
  // A value may stand in the same word: -oout, --output=out.
  const taking = names.map((name) => (value ? `${name}${name.startsWith('--') ? '=' : '+'}` : name))
  const set = names.length > 1 ? `${quote(`(${names.join(' ')})`)}{${taking.join(',')}}` : taking.join('')
  return `${set}${quote(`[${escaped(description)}]${value ? `:${valueSpec(value)}` : ''}`)}`
}

const valueSpecs = ({ commands, values }: Grammar): string[] =>
  commands.length > 0
    ? [quote('1:command:->command'), quote('*::argument:->arguments')]
    : values.map((value, i) => quote(`${value.many ? '*' : i + 1}:${valueSpec(value)}`))

const valueSpec = ({ name, kind, choices }: Value): string =>
  `${escaped(name)}:${{ choice: `(${choices.join(' ')})`, file: '_files', folder: '_files -/', text: ' ' }[kind]}`

const dispatch = (command: Grammar): string => `  case $state in
    command)
      local -a commands=(${command.commands.map((sub) => `\n        ${quote(`${sub.path.at(-1)}:${escaped(sub.description)}`)}`).join('')}
      )
      _describe command commands ;;
    arguments)
      case $line[1] in${command.commands.map((sub) => `\n        ${sub.path.at(-1)}) ${nameOf(sub)} ;;`).join('')}
      esac ;;
  esac
`

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** What _arguments and _describe would take for their own. */
const escaped = (text: string): string => text.replace(/[\\:[\]]/g, '\\$&')
