import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { grammarOf, withAllBelow } from '../lib/cli/completion/grammar.js'
import { createProgram } from '../lib/cli/program.js'
import { silverpoint } from './silverpoint.js'

const run = promisify(execFile)
const tab = fileURLToPath(new URL('children/tab.py', import.meta.url))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silverpoint-completion-'))
  await mkdir(join(folder, 'here', 'photos'), { recursive: true })
  await writeFile(join(folder, 'here', 'pencil style.safetensors'), '')
  await writeFile(join(folder, 'here', 'photo.jpg'), '')
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout, code } = await silverpoint(['completion', shell])
    expect(code).toBe(0)
    await writeFile(join(folder, shell), stdout)
  }
}, 60_000)
afterAll(() => rm(folder, { recursive: true }))

/** The words that bash offers for the last of those given. */
async function offered(...words: string[]): Promise<string[]> {
  const script = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _silverpoint; printf '%s\\n' "\${COMPREPLY[@]}"`
  const args = ['-c', script, join(folder, 'bash'), 'silverpoint', ...words]
  const { stdout } = await run('bash', args, { cwd: join(folder, 'here') })
  return stdout.split('\n').filter((line) => line !== '')
}

describe('in bash', () => {
  it.each([
    ['a command', 'silverpoint sk', 'silverpoint sketch '],
    ['a command of a command', 'silverpoint bundle ch', 'silverpoint bundle check '],
    ['an option', 'silverpoint sketch --samp', 'silverpoint sketch --sampler '],
    ['a choice', 'silverpoint sketch --sampler dp', 'silverpoint sketch --sampler dpm-solver++ '],
    ['a choice after =', 'silverpoint sketch --sampler=dd', 'silverpoint sketch --sampler=ddim '],
    ['a file', 'silverpoint inspect pe', 'silverpoint inspect pencil\\ style.safetensors '],
    ['the value of a global option', 'silverpoint --config phot', 'silverpoint --config photo'],
  ])('TAB completes %s', { timeout: 60_000 }, async (_what, line, wanted) => {
    const { stdout } = await run('python3', [tab, join(folder, 'bash'), line], { cwd: join(folder, 'here') })
    expect(stdout.replace('\n', '')).toBe(wanted)
  })

  it('TAB completes folders alone where a folder is wanted', async () => {
    const line = 'silverpoint sketch style.safetensors photo.jpg -o p'
    const { stdout } = await run('python3', [tab, join(folder, 'bash'), line], { cwd: join(folder, 'here') })
    expect(stdout.trim()).toBe('silverpoint sketch style.safetensors photo.jpg -o photos/')
  })

  it('every command is offered, with every option, and every choice of an option or an argument', async () => {
    const program = grammarOf(createProgram())
    const wanted: Record<string, string[]> = {}
    const got: Record<string, string[]> = {}
    const look = async (line: string[], words: readonly string[]) => {
      wanted[line.join(' ')] = words.toSorted()
      got[line.join(' ')] = (await offered(...line)).toSorted()
    }
    for (const { path, flags, values, commands } of withAllBelow(program)) {
      const all = new Set([...flags, ...program.flags].flatMap(({ names }) => names))
      await look([...path, '-'], [...all])
      if (commands.length > 0)
        await look(
          [...path, ''],
          commands.map((command) => command.path.at(-1)!),
        )
      for (const { names, value } of flags) if (value) await look([...path, names.at(-1)!, ''], value.choices)
      if (values[0]) await look([...path, ''], values[0].choices)
    }
    expect(got).toEqual(wanted)
    expect(Object.keys(wanted).length).toBeGreaterThan(50)
  })

  it('values of options are not taken for commands or arguments', async () => {
    expect(await offered('--config', 'sketch', 'lea')).toEqual(['learn'])
    expect(await offered('sketch', '--optional', 'learn', '--rec')).toEqual([])
    expect(await offered('--quiet', 'completion', 'f')).toEqual(['fish'])
  })
})

describe('for zsh and fish', () => {
  it.each(['zsh', 'fish'])('the script for %s has every command, option and choice', async (shell) => {
    const { stdout: script } = await silverpoint(['completion', shell])
    for (const { path, flags } of withAllBelow(grammarOf(createProgram()))) {
      for (const word of path) expect(script).toContain(word)
      for (const { names, value } of flags) {
        for (const name of names) expect(script).toContain(name.replace(/^-+/, ''))
        if (value?.kind === 'choice') expect(script).toContain(value.choices.join(' '))
      }
    }
  })
})
