import { bashCompletion } from '../completion/bash.js'
import { fishCompletion } from '../completion/fish.js'
import { grammarOf } from '../completion/grammar.js'
import { zshCompletion } from '../completion/zsh.js'
import type { Output } from '../output.js'
import { createProgram } from '../program.js'

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }

export async function completion(
  shell: keyof typeof SHELLS,
  _options: unknown,
  output: Output,
): Promise<void> {
  const script = SHELLS[shell](grammarOf(createProgram()))
  output.result(script.trimEnd(), { shell, script })
}
