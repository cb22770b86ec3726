import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { exitCodeOf } from '../lib/cli/exit-codes.js'
import { createProgram } from '../lib/cli/program.js'
import { node, silverpoint } from './silverpoint.js'

const allBelow = (command: Command): Command[] => [command, ...command.commands.flatMap(allBelow)]

const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()

/** What is printed, examples included. */
function helpOf(command: Command): string {
  let help = ''
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp()
  return help
}

const examplesIn = (help: string): string[] =>
  help
    .slice(help.indexOf('\nExamples:\n'))
    .split('\n')
    .filter((line) => line.startsWith('  '))

/** The arguments of silverpoint in a line of shell, up to a pipe, a redirection or a comment. */
function argumentsIn(line: string): string[] {
  const [, after = ''] = /(?:^|\W)silverpoint (.*?)(?:\s+[|>#].*|\).*)?$/.exec(line) ?? []
  return [...after.matchAll(/'([^']*)'|"([^"]*)"|[^\s'"]+/g)].map(
    ([all, single, double]) => single ?? double ?? all,
  )
}

describe('help', () => {
  const commands = allBelow(createProgram())

  it.each(commands.map((command) => [pathOf(command), command] as const))(
    '%s --help ends with two to four examples, and each can be parsed',
    async (path, command) => {
      const examples = examplesIn(helpOf(command))
      expect(examples.length, path).toBeGreaterThanOrEqual(2)
      expect(examples.length, path).toBeLessThanOrEqual(4)
      for (const example of examples) {
        const program = createProgram()
        const ran: string[] = []
        for (const one of allBelow(program)) {
          if (one.commands.length === 0) one.action(() => void ran.push(pathOf(one)))
          one.configureOutput({ writeOut: () => {} })
        }
        const args = argumentsIn(example)
        const parsed = program.parseAsync(args, { from: 'user' })
        if (args.includes('--help')) await expect(parsed).rejects.toThrow('outputHelp')
        else await parsed.then(() => expect(ran, example).toHaveLength(1))
      }
      expect(examples.some((example) => `${example} `.includes(`${path} `))).toBe(true)
    },
  )

  it.each([[['--help']], [['sketch', '--help']], [['completion', 'zsh']]])(
    '%s loads nothing that draws, computes or validates',
    async (args) => {
      const hook = pathToFileURL(fileURLToPath(new URL('children/tell-modules.mjs', import.meta.url)))
      const { stderr, code } = await node('dist/cli/entry.js', args, {
        env: { NODE_OPTIONS: `--import ${hook}` },
      })
      const loaded = stderr.split('\n').filter((line) => line.startsWith('loaded '))
      const packages = loaded.flatMap((line) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(line)?.[1] ?? [])
      expect(new Set(packages)).toEqual(new Set(['commander', 'detect-libc']))
      expect(loaded.filter((line) => line.endsWith('.node') || line.includes('libtorch_'))).toEqual([])
      expect(loaded.some((line) => line.endsWith('/dist/cli/program.js'))).toBe(true)
      expect(code).toBe(0)
    },
  )
})

const parse = (...args: string[]): Promise<Error> =>
  createProgram()
    .parseAsync(args, { from: 'user' })
    .then(
      () => expect.unreachable(),
      (error) => error,
    )

describe('a word that comes near one that is known is answered with it, exit 2', () => {
  it.each([
    ['a command', ['scketch'], 'sketch'],
    ['a command of a command', ['bundle', 'lst'], 'list'],
    ['an option', ['sketch', 'a', 'b', '-o', 'c', '--text-guidence', '3'], '--text-guidance'],
    ['a global option', ['doctor', '--verbos'], '--verbose'],
    ['a sampler', ['sketch', 'a', 'b', '-o', 'c', '--sampler', 'dimm'], 'ddim'],
    ['the begin of a sampler', ['sketch', 'a', 'b', '-o', 'c', '--sampler', 'dpm'], 'dpm-solver++'],
    ['a recipe', ['learn', 'a', 'b', '-o', 'c', '--recipe', 'papr'], 'paper'],
    ['a device', ['learn', 'a', 'b', '-o', 'c', '--device', 'CUDA'], 'cuda'],
    ['a shell', ['completion', 'fisch'], 'fish'],
  ])('%s', async (_what, args, wanted) => {
    const error = await parse(...args)
    expect(error.message).toContain(`(Did you mean ${wanted}?)`)
    expect(exitCodeOf(error)).toBe(2)
  })

  it('and with --json as a line that programs read', async () => {
    const ended = await silverpoint(['scketch', '--json'])
    expect(ended.code).toBe(2)
    const { error } = JSON.parse(ended.stderr)
    expect(error).toEqual({
      code: 'INVALID_ARGUMENT',
      message: "unknown command 'scketch' (Did you mean sketch?)",
    })
  })

  it('but a word that comes near none gets no suggestion', async () => {
    const error = await parse('sketch', 'a', 'b', '-o', 'c', '--sampler', 'karras')
    expect(error.message).not.toContain('Did you mean')
    expect(error.message).toContain('ddim, euler, euler-ancestral, dpm-solver++')
    expect(exitCodeOf(error)).toBe(2)
  })
})
