import { type Flag, type Grammar, type Value, withAllBelow } from './grammar.js'

export function fishCompletion(program: Grammar): string {
  const valued = program.flags.filter(({ value }) => value).flatMap(({ names }) => names)
  return `# silverpoint's completion for fish: silverpoint completion fish > ~/.config/fish/completions/silverpoint.fish
# The command so far without its options, and a space.
function __silverpoint_words
    set -l words
    set -l tokens (commandline -opc)[2..-1]
    while set -q tokens[1]
        switch $tokens[1]
            case ${valued.join(' ')}
                set -e tokens[1]
            case '-?*'
            case '*'
                set -a words $tokens[1]
        end
        set -e tokens[1]
    end
    echo "$words "
end
complete -c silverpoint -f
${withAllBelow(program).flatMap(linesOf).join('\n')}
`
}

function linesOf({ path, flags, values, commands }: Grammar): string[] {
  const words = path.join(' ')
  // The program's own flags stand behind every command.
  const anywhere =
    path.length === 0 ? '' : ` -n ${quote(`string match -q '${words} *' -- (__silverpoint_words)`)}`
  const before = ` -n ${quote(`test (__silverpoint_words) = '${words} '`)}`
  return [
    ...commands.map((sub) => complete(`${before} -a ${sub.path.at(-1)}`, sub.description)),
    ...flags.map((flag) => complete(anywhere + flagOf(flag), flag.description)),
    ...values.flatMap((value) => complete(anywhere + offer(value), value.name)),
  ]
}

const complete = (what: string, description: string): string =>
  `complete -c silverpoint${what} -d ${quote(description)}`

function flagOf({ names, value }: Flag): string {
  const named = names.map((name) => (name.startsWith('--') ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`))
  return `${named.join('')}${value ? ` -r${offer(value)}` : ''}`
}

function offer({ kind, choices }: Value): string {
  const offers = { choice: ` -f -a ${quote(choices.join(' '))}`, file: ' -F', text: ' -f' }
  return kind === 'folder' ? ` -f -a '(__fish_complete_directories)'` : offers[kind]
}

const quote = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`
