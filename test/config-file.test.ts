import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, parse } from 'node:path'
import type { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findConfigFile } from '../lib/cli/config-file.js'
import { exitCodeOf } from '../lib/cli/exit-codes.js'
import { createProgram } from '../lib/cli/program.js'
import { fixture } from './helpers.js'
import { silverpoint } from './silverpoint.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silverpoint-config-'))
  await mkdir(join(folder, 'project', 'photos'), { recursive: true })
})
afterEach(() => rm(folder, { recursive: true }))

const NAME = 'silverpoint.config.json'

async function write(config: unknown, ...path: string[]): Promise<string> {
  const file = join(folder, ...path, NAME)
  await writeFile(file, typeof config === 'string' ? config : JSON.stringify(config))
  return file
}

const leavesOf = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf)

/** What options a command would run with. */
async function optionsOf(...args: string[]): Promise<Record<string, unknown>> {
  const program = createProgram()
  let options: Record<string, unknown> | undefined
  for (const leaf of leavesOf(program)) leaf.action(() => (options = leaf.optsWithGlobals()))
  await program.parseAsync(args, { from: 'user' })
  return options!
}

const SKETCH = ['sketch', 'style.safetensors', 'photos']

describe('where silverpoint.config.json is found', () => {
  it('in the folder, or the nearest one above', async () => {
    const [above, project] = [await write({}), await write({}, 'project')]
    expect(findConfigFile(join(folder, 'project', 'photos'), '/elsewhere')).toBe(project)
    await rm(project)
    expect(findConfigFile(join(folder, 'project', 'photos'), '/elsewhere')).toBe(above)
  })

  it('in the home folder, but not above it, nor above the root', async () => {
    const home = join(folder, 'project')
    await write({})
    expect(findConfigFile(join(home, 'photos'), home)).toBeUndefined()
    const file = await write({}, 'project')
    expect(findConfigFile(join(home, 'photos'), home)).toBe(file)
    expect(findConfigFile(parse(dirname(folder)).root, '/elsewhere')).toBeUndefined()
  })

  it('a command run below it takes it, --verbose says so, and --config names another', async () => {
    const file = await write({ shared: { bundle: fixture('tiny'), verbose: true, device: 'cpu' } })
    const other = await write({ 'bundle check': { bundle: 'nowhere' } }, 'project')
    const cwd = join(folder, 'project', 'photos')
    const found = await silverpoint(['bundle', 'check'], { cwd: folder })
    expect(found.stderr).toContain(`config file: ${file}\n`)
    expect(found.stderr).toMatch(/options: device cpu \(config file\), dtype auto \(default\)/)
    expect(found.stderr).toContain('bundle tiny on cpu')
    const nearer = await silverpoint(['bundle', 'check'], { cwd })
    expect(nearer.stderr).toContain(join(folder, 'project', 'nowhere'))
    expect(nearer.code).toBe(1)
    const named = await silverpoint(['bundle', 'check', '--config', '../../silverpoint.config.json'], { cwd })
    expect(named.stdout).toMatch(/^9 files as exported/)
    expect(other).toBe(join(folder, 'project', NAME))
  })

  it('a named file that is not there is an error', async () => {
    const config = join(folder, 'none.json')
    await expect(optionsOf('doctor', '--config', config)).rejects.toThrow(`Expected a file at ${config}`)
  })
})

describe('what it says', () => {
  it('gives options their values; the section of a command wins over the shared one, the command line over both', async () => {
    const config = await write({
      shared: { seed: 7, device: 'cpu', json: true },
      learn: { steps: 3 },
      sketch: { steps: 4, seed: 8, 'text-guidance': 2.5, 'skip-existing': true, sampler: 'euler' },
    })
    const args = ['--config', config, '-o', 'out']
    const options = await optionsOf(...SKETCH, ...args, '--sampler', 'ddim')
    expect(options).toMatchObject({ steps: 4, seed: 8, device: 'cpu', json: true, textGuidance: 2.5 })
    expect(options).toMatchObject({ skipExisting: true, sampler: 'ddim', onError: 'continue', output: 'out' })
    expect(await optionsOf('learn', 'a', 'b', ...args)).toMatchObject({ steps: 3, seed: 7 })
  })

  it('takes paths from its own folder, and options that a command requires', async () => {
    const config = await write({
      shared: { bundle: 'bundles/mine', libtorch: '/opt/libtorch' },
      sketch: { output: '../out' },
      'bundle export': { clip: 'openai/clip-vit-large-patch14' },
    })
    expect(await optionsOf(...SKETCH, '--config', config)).toMatchObject({
      bundle: join(folder, 'bundles', 'mine'),
      libtorch: '/opt/libtorch',
      output: join(dirname(folder), 'out'),
    })
    const exporting = ['bundle', 'export', 'x', '-o', 'y', '--config', config]
    expect(await optionsOf(...exporting)).toMatchObject({ clip: 'openai/clip-vit-large-patch14' })
    await mkdir(join(folder, 'openai', 'clip-vit-large-patch14'), { recursive: true })
    expect(await optionsOf(...exporting)).toMatchObject({
      clip: join(folder, 'openai', 'clip-vit-large-patch14'),
    })
  })

  it('is as docs/config.md has it', async () => {
    const docs = await readFile(new URL('../docs/config.md', import.meta.url), 'utf8')
    const config = await write(/```json\n([\s\S]*?)```/.exec(docs)![1]!)
    const options = await optionsOf(...SKETCH, '--config', config)
    expect(options).toMatchObject({ output: join(folder, 'out'), textGuidance: 5, dtype: 'bfloat16' })
  })

  it('gives lists to options that take several, which the command line replaces', async () => {
    const config = await write({
      benchmark: { seeds: [1, 2], 'learn-from': ['a', 'b'], 'normalise-contrast': false },
    })
    const args = ['benchmark', 'pairs', '-o', 'out', '--config', config]
    expect(await optionsOf(...args)).toMatchObject({
      seeds: [1, 2],
      learnFrom: ['a', 'b'],
      normaliseContrast: false,
    })
    const given = await optionsOf(...args, '--seeds', '3', '4', '--learn-from', 'c', '--normalise-contrast')
    expect(given).toMatchObject({ seeds: [3, 4], learnFrom: ['c'], normaliseContrast: true })
  })

  it('--quiet and --verbose on the command line win over the other one in the file', async () => {
    const config = await write({ shared: { quiet: true } })
    expect(await optionsOf('doctor', '--config', config)).toMatchObject({ quiet: true })
    const options = await optionsOf('doctor', '--verbose', '--config', config)
    expect(options).toMatchObject({ verbose: true })
    expect(options.quiet).toBeUndefined()
  })
})

describe('what is refused, with the file, the place and what comes near', () => {
  it.each([
    [
      'an unknown section',
      { sketc: {} },
      /name of a command in .* found "sketc"\. \(Did you mean sketch\?\)/,
    ],
    ['an unknown name', { sketch: { sampelr: 'ddim' } }, /"sampelr"\. \(Did you mean sampler\?\)/],
    ['a name in camel case', { sketch: { textGuidance: 3 } }, /\(Did you mean text-guidance\?\)/],
    [
      "another command's option",
      { learn: { sampler: 'ddim' } },
      /an option of silverpoint learn .*"sampler"/,
    ],
    ['a shared name of several meanings', { shared: { steps: 3 } }, /same to several commands .*"steps"/],
    ['the file itself', { shared: { config: 'x' } }, /found "config"/],
    [
      'an unknown choice',
      { sketch: { sampler: 'dimm' } },
      /sketch\.sampler in .*"dimm".*\(Did you mean ddim\?\)/,
    ],
    ['a number out of range', { sketch: { steps: 0 } }, /sketch\.steps in .*Expected a whole number from 1/],
    ['a text for a switch', { sketch: { 'dry-run': 'yes' } }, /true or false for sketch\.dry-run .* "yes"/],
    [
      'a switch for a text',
      { sketch: { optional: true } },
      /a text or a number for sketch\.optional .* true/,
    ],
    ['a list for one value', { sketch: { optional: ['a'] } }, /a text or a number for sketch\.optional/],
    ['a section that is none', { sketch: 3 }, /for sketch in .* but received 3/],
    ['a value that is an object', { sketch: { steps: { a: 1 } } }, /for sketch\.steps in .*json/],
    ['no object', '"sketch"', /for the whole in/],
    ['a list', [{}], /name of a command in .* found "0"/],
    ['no JSON', '{', /Expected JSON in .*silverpoint\.config\.json/],
  ])('%s', async (_what, config, message) => {
    const file = await write(config)
    const failure = optionsOf(...SKETCH, '-o', 'out', '--config', file)
    await expect(failure).rejects.toThrow(message)
    await failure.catch((error) => expect(exitCodeOf(error)).toBe(2))
  })

  it('but help and completion work beside such a file', async () => {
    await write('{')
    for (const args of [
      ['sketch', '--help'],
      ['completion', 'bash'],
    ])
      expect(await silverpoint(args, { cwd: folder })).toMatchObject({ code: 0, stderr: '' })
    expect(await silverpoint(SKETCH, { cwd: folder })).toMatchObject({ code: 2, stdout: '' })
  })
})
