import { Argument, Command } from 'commander'
import { examples } from '../examples.js'
import { lazily } from '../lazily.js'

export const completionCommand = (): Command =>
  new Command('completion')
    .description('print what makes a shell complete commands, options, their values and files')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      examples(
        'source <(silverpoint completion bash)    # in ~/.bashrc',
        'silverpoint completion zsh > "$fpath[1]/_silverpoint"    # then start zsh anew',
        'silverpoint completion fish > ~/.config/fish/completions/silverpoint.fish',
      ),
    )
    .action(lazily(async () => (await import('../actions/completion.js')).completion))
