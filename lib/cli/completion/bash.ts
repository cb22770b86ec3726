import { type Flag, type Grammar, type Value, withAllBelow } from './grammar.js'

/**
 * For bash from 3.2, with nothing else installed. Where no word is offered readline completes files; folders alone need
 * bash 4.
 */
export function bashCompletion(program: Grammar): string {
  const commands = withAllBelow(program)
  const paths = commands.filter(({ path }) => path.length > 0).map(({ path }) => keyOf(path))
  return `# silverpoint's completion for bash: source <(silverpoint completion bash)
_silverpoint() {
  local IFS=$' \\t\\n' current=\${COMP_WORDS[COMP_CWORD]} command= option= count=0 words= files=yes i word
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    # --name=value comes as three words.
    if [[ -n $option && $word == = ]]; then continue; fi
    if [[ -n $option ]]; then option=; continue; fi
    case "$command $word" in
      ${paths.join(' | ')}) command=\${command:+$command }$word ;;
      ${commands.flatMap(valuedKeys).join(' | ')}) option=$word ;;
      *) if [[ $word != -?* ]]; then count=$((count + 1)); fi ;;
    esac
  done
  if [[ $current == = ]]; then current=; fi
  if [[ -z $option && $current == -* ]]; then
    case "$command" in
${commands.map((command) => line(quote(command.path.join(' ')), wordsOf(flagNames(command, program)))).join('')}    esac
  else
    case "$command \${option:-$count}" in
${commands.flatMap((command) => [...subcommandLines(command), ...flagLines(command), ...argumentLines(command)]).join('')}    esac
  fi
  if [[ -n $words ]]; then
    files=no
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$words" -- "$current")
  fi
  case $files in
    no) compopt +o default 2>/dev/null ;;
    folders) compopt -o dirnames +o default 2>/dev/null ;;
  esac
}
complete -o default -F _silverpoint silverpoint
`
}

const line = (pattern: string, effect: string): string => `      ${pattern}) ${effect} ;;\n`

const quote = (text: string): string => `'${text}'`

/** `bundle check`: as "$command $word" is when the last word of the path is met. */
const keyOf = (path: readonly string[]): string => quote(`${path.slice(0, -1).join(' ')} ${path.at(-1)}`)

const wordsOf = (words: readonly string[]): string => `words=${quote(words.join(' '))}`

const flagNames = (command: Grammar, program: Grammar): string[] => [
  ...new Set([command, program].flatMap(({ flags }) => flags.flatMap(({ names }) => names))),
]

/** What "$command $option" is for an option; the program's own stand behind every command. */
const flagKeys = ({ path }: Grammar, { names }: Flag): string[] =>
  names.map((name) => (path.length === 0 ? `*${quote(` ${name}`)}` : quote(`${path.join(' ')} ${name}`)))

const valuedKeys = (command: Grammar): string[] =>
  command.flags.filter(({ value }) => value).flatMap((flag) => flagKeys(command, flag))

const flagLines = (command: Grammar): string[] =>
  command.flags.flatMap((flag) =>
    flag.value ? [line(flagKeys(command, flag).join(' | '), effectOf(flag.value))] : [],
  )

/** Files need no word of it. */
const argumentLines = ({ path, values }: Grammar): string[] =>
  values.flatMap((value, i) => {
    const key = value.many ? `${quote(`${path.join(' ')} `)}*` : quote(`${path.join(' ')} ${i}`)
    return value.kind === 'file' ? [] : [line(key, effectOf(value))]
  })

const subcommandLines = ({ path, commands }: Grammar): string[] =>
  commands.length === 0
    ? []
    : [line(quote(`${path.join(' ')} 0`), wordsOf(commands.map((sub) => sub.path.at(-1) as string)))]

const effectOf = ({ kind, choices }: Value): string =>
  ({ choice: wordsOf(choices), file: ':', folder: 'files=folders', text: 'files=no' })[kind]
