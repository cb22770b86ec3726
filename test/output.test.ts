import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Output } from '../lib/cli/output.js'
import { Progress } from '../lib/cli/progress.js'
import { fixture } from './helpers.js'
import { silverpoint } from './silverpoint.js'

const tiny = fixture('tiny')
const check = ['bundle', 'check', tiny, '--device', 'cpu']

describe('what is said beside results', () => {
  it('is nothing with --quiet, before the command or after it', { timeout: 60_000 }, async () => {
    for (const args of [
      ['--quiet', ...check],
      [...check, '-q'],
    ])
      expect(await silverpoint(args)).toMatchObject({ code: 0, stderr: '' })
  })

  it('but errors are', async () => {
    const ended = await silverpoint(['inspect', 'none.safetensors', '--quiet'])
    expect(ended.stderr).toMatch(/^error FILE_NOT_FOUND: .*none\.safetensors.*\n$/)
  })

  it('is with --verbose what was chosen, by whom, and how long it took', { timeout: 60_000 }, async () => {
    const { stderr } = await silverpoint([...check, '--verbose'])
    expect(stderr).toMatch(/options: device cpu \(command line\), dtype auto \(default\)/)
    expect(stderr).toMatch(/bundle: .*tiny, 64 px, opened in \d+\.\d\d s/)
    expect(stderr).toMatch(/LibTorch: 2\.\d+\.\d+\S* in \/.*, named by \S+/)
    expect(stderr).toMatch(/device: \d+ CUDA devices; \d+ threads, \S+/)
    expect(stderr).toMatch(/took \d+\.\d\d s\n$/)
  })

  it('is with --verbose the stack and the causes of an error', async () => {
    const args = ['inspect', 'none.safetensors', '--verbose']
    const { stderr } = await silverpoint(args)
    expect(stderr).toMatch(/error FILE_NOT_FOUND: .*\n\s+at .*read-file[\s\S]*\[cause\]: Error: ENOENT/)
    const inJson = await silverpoint([...args, '--json'])
    const { error } = JSON.parse(inJson.stderr.trim().split('\n').at(-1)!)
    expect(error).toMatchObject({ code: 'FILE_NOT_FOUND', stack: expect.stringContaining('ENOENT') })
  })

  it('is not both', async () => {
    const ended = await silverpoint(['doctor', '-q', '-v'])
    expect(ended.stderr).toMatch(/'-v, --verbose' cannot be used with option '-q, --quiet'/)
    expect(ended.code).toBe(2)
  })
})

describe('the bar on a terminal', () => {
  let said = ''
  const isTTY = process.stderr.isTTY
  beforeEach(() => {
    said = ''
    process.stderr.isTTY = true
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += text
      return true
    })
  })
  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
    process.stderr.isTTY = isTTY
  })

  function draw(quiet: boolean): string {
    const progress = new Progress(new Output({ quiet }), 'sketching', 2)
    progress.update(1)
    progress.stop()
    return said
  }

  it('is coloured, but with NO_COLOR it is not', () => {
    vi.stubEnv('NO_COLOR', '')
    expect(draw(false)).toContain('\u001b[36m')
    said = ''
    vi.stubEnv('NO_COLOR', '1')
    expect(draw(false)).toContain('sketching')
    expect(said).not.toContain('\u001b[36m')
    expect(said).not.toContain('\u001b[0m')
  })

  it('is not there with --quiet', () => {
    expect(draw(true)).toBe('')
  })
})
