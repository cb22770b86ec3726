import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixture } from './helpers.js'
import { silverpoint } from './silverpoint.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const demo = join(root, 'examples', 'demo')
const photo = join(demo, 'pair', 'photo.png')
const sketch = join(demo, 'pair', 'sketch.png')
const tiny = fixture('tiny')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silverpoint-cli-'))
})
afterAll(() => rm(folder, { recursive: true }))

const learnTo = (style: string, ...more: string[]) => [
  ...[
    'learn',
    photo,
    sketch,
    '-o',
    style,
    '--bundle',
    tiny,
    '--device',
    'cpu',
    '--text',
    'a sketch',
    ...more,
  ],
]

describe('the main job', () => {
  it('learns a style, sketches a folder in it, and tells what both are', { timeout: 120_000 }, async () => {
    const style = join(folder, 'a.safetensors')
    const learned = await silverpoint(learnTo(style, '--steps', '30', '--json'))
    expect(learned.stderr).toMatch(/learning 30\/30/)
    expect(learned.code).toBe(0)
    const result = JSON.parse(learned.stdout)
    expect(result).toMatchObject({ style, text: 'a sketch', picture: join(folder, 'a.png') })
    expect(existsSync(result.picture)).toBe(true)
    expect((await readdir(folder)).sort()).toEqual(['a.png', 'a.safetensors'])

    const out = join(folder, 'out')
    const sketched = await silverpoint(
      [
        'sketch',
        style,
        join(demo, 'photos'),
        '-o',
        out,
        '--bundle',
        tiny,
        '--device',
        'cpu',
        '--steps',
        '2',
      ].concat(['--optional', 'black and white', '--seed', '3']),
    )
    expect(sketched.code).toBe(0)
    const written = sketched.stdout.trim().split('\n')
    expect(written).toHaveLength(5)
    for (const path of written) expect(existsSync(path)).toBe(true)
    expect(written.at(-1)).toBe(join(out, 'contact-sheet.png'))

    const facts = await silverpoint(['inspect', style, written[0]!, tiny, '--json'])
    const [ofStyle, ofSketch, ofBundle] = facts.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    // Of the demo's sketch, red chalk on cream.
    const paper = expect.stringMatching(/^#e[a-f]d[a-f][bc].$/)
    expect(ofStyle).toMatchObject({ what: 'style', hash: result.hash, paper, text: 'a sketch', start: 1 })
    expect(ofSketch).toMatchObject({
      what: 'sketch',
      style: result.hash,
      optional: 'black and white',
      seed: 3,
    })
    expect(ofBundle).toMatchObject({ what: 'bundle', name: 'tiny', weightsId: ofStyle.weightsId })
  })

  it('is partly done (exit 3) when a photo is broken, and says which', { timeout: 60_000 }, async () => {
    const style = join(folder, 'b.safetensors')
    await silverpoint(learnTo(style, '--steps', '1'))
    const photos = join(folder, 'mixed')
    await cp(join(demo, 'photos'), photos, { recursive: true })
    await writeFile(join(photos, 'broken.jpg'), 'no picture')
    const args = [
      'sketch',
      style,
      photos,
      '-o',
      join(folder, 'mixed-out'),
      '--bundle',
      tiny,
      '--device',
      'cpu',
    ]
    const ended = await silverpoint([...args, '--steps', '1'])
    expect(ended.code).toBe(3)
    expect(ended.stderr).toMatch(/failed .*broken\.jpg: Expected a whole JPEG, PNG, WebP/)
  })
})

describe('Ctrl-C', () => {
  it('finishes the step, saves and exits 130; the same command goes on from there', {
    timeout: 120_000,
  }, async () => {
    const [style, whole] = [join(folder, 'stopped.safetensors'), join(folder, 'whole.safetensors')]
    const long = ['--recipe', 'paper', '--steps', '300', '--json']
    let sent = false
    const stopped = await silverpoint(learnTo(style, ...long), {
      hear: (stderr, kill) => {
        if (!sent && stderr.includes('learning 1/300')) {
          sent = true
          kill('SIGINT')
        }
      },
    })
    expect(stopped.code).toBe(130)
    expect(stopped.stderr).toMatch(/Finishing the current step/)
    const { error } = JSON.parse(stopped.stderr.trim().split('\n').at(-1)!)
    expect(error.code).toBe('CANCELLED')
    const done = Number(/after (\d+) of 300/.exec(error.message)![1])
    expect(done).toBeLessThan(300)
    expect(existsSync(`${style}.checkpoint`)).toBe(true)
    expect(existsSync(style)).toBe(false)

    const [resumed, uninterrupted] = [
      await silverpoint(learnTo(style, ...long)),
      await silverpoint(learnTo(whole, ...long)),
    ]
    expect(resumed.code).toBe(0)
    expect(JSON.parse(resumed.stdout).hash).toBe(JSON.parse(uninterrupted.stdout).hash)
    expect(existsSync(`${style}.checkpoint`)).toBe(false)
  })
})

describe('SIGTERM', () => {
  it('finishes the step, saves and exits 75: try again later', { timeout: 60_000 }, async () => {
    const style = join(folder, 'terminated.safetensors')
    const stopped = await silverpoint(learnTo(style, '--recipe', 'paper', '--steps', '300'), {
      hear: (stderr, kill) =>
        stderr.includes('learning 1/300') && !stderr.includes('Finishing') && kill('SIGTERM'),
    })
    expect(stopped.code).toBe(75)
    expect(stopped.stderr).toMatch(/CANCELLED/)
    expect(existsSync(`${style}.checkpoint`)).toBe(true)
  })
})

describe('what cannot be done is said in one line, with a code and an exit status', () => {
  const cases: [string, () => string[], number, RegExp][] = [
    ['an unknown command', () => ['scketch'], 2, /unknown command 'scketch'/],
    ['an unknown option', () => learnTo('x', '--stepz', '3'), 2, /unknown option '--stepz'/],
    ['a value that is no number', () => learnTo('x', '--steps', 'many'), 2, /Expected a whole number/],
    ['an unknown device', () => learnTo('x', '--device', 'tpu'), 2, /auto, cpu, cuda or cuda:N/],
    [
      'three pictures',
      () => ['learn', photo, sketch, photo, '-o', 'x'],
      2,
      /two by two for pictures but received 3/,
    ],
    [
      'a missing photo',
      () => ['learn', 'none.jpg', sketch, '-o', 'x', '--bundle', tiny],
      1,
      /FILE_NOT_FOUND.*none\.jpg/,
    ],
    ['a GPU that is not there', () => learnTo('x', '--device', 'cuda:9'), 1, /DEVICE_UNAVAILABLE.*cuda:9/],
    [
      'a missing style',
      () => ['sketch', 'none.safetensors', photo, '-o', 'x'],
      1,
      /FILE_NOT_FOUND.*none\.safetensors/,
    ],
    ['a style that is a picture', () => ['sketch', photo, photo, '-o', 'x'], 1, /SAFETENSORS_INVALID/],
    ['a missing bundle', () => learnTo('x', '--bundle', 'nowhere'), 1, /FILE_NOT_FOUND.*nowhere/],
    [
      'an empty folder',
      () => ['sketch', join(folder, 'a.safetensors'), join(folder, 'empty'), '-o', 'x'],
      2,
      /empty/,
    ],
  ]
  it.each(cases)('%s', async (_what, args, code, message) => {
    await mkdir(join(folder, 'empty'), { recursive: true })
    const ended = await silverpoint(args())
    expect(ended.stderr).toMatch(message)
    expect(ended.stderr).not.toMatch(/\n\s+at /)
    expect(ended.stdout).toBe('')
    expect(ended.code).toBe(code)
  })

  it('an output that cannot be written leaves nothing behind', { timeout: 60_000 }, async () => {
    const style = join(photo, 'style.safetensors')
    const ended = await silverpoint(learnTo(style, '--steps', '1'))
    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/WRITE_FAILED: Expected to write .*a part of its path is a file/)
  })

  it('no LibTorch: every place searched is named', async () => {
    const env = {
      SILVERPOINT_LIBTORCH: '/nowhere',
      LIBTORCH: '',
      SILVERPOINT_CACHE: join(folder, 'no-cache'),
      SILVERPOINT_PYTHON: '/nowhere/python',
    }
    const ended = await silverpoint(learnTo('x'), { env })
    expect(ended.code).toBe(1)
    for (const place of [
      'LIBTORCH_NOT_FOUND',
      'SILVERPOINT_LIBTORCH: /nowhere (no such folder)',
      'LIBTORCH: not set',
      'managed cache',
      '/nowhere/python has no torch',
      'Run: silverpoint libtorch install',
    ])
      expect(ended.stderr).toContain(place)
  })

  it('a LibTorch of another version is skipped and listed', async () => {
    const old = join(folder, 'old-libtorch')
    await mkdir(join(old, 'lib'), { recursive: true })
    await writeFile(join(old, 'lib', 'libtorch_cpu.so'), '')
    await writeFile(join(old, 'version'), '2.1.0\n')
    const env = {
      LIBTORCH: old,
      SILVERPOINT_LIBTORCH: '',
      SILVERPOINT_CACHE: join(folder, 'no-cache'),
      SILVERPOINT_PYTHON: '/nowhere/python',
    }
    const ended = await silverpoint(learnTo('x'), { env })
    expect(ended.stderr).toMatch(/LIBTORCH: .*old-libtorch \(version 2\.1\.0, expected 2\.\d+/)
  })
})

describe('doctor and bundle', () => {
  it('doctor says what is installed and used', async () => {
    const ended = await silverpoint(['doctor', '--json'])
    const findings = ended.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(findings.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['silverpoint', 'addon', 'LibTorch', 'embedded bundle', 'self test']),
    )
    expect(findings.every(({ ok }) => ok)).toBe(true)
    expect(ended.code).toBe(0)
  })

  it('bundle check and list', async () => {
    const checked = await silverpoint(['bundle', 'check', tiny, '--device', 'cpu'])
    expect(checked.stdout).toMatch(/^9 files as exported/)
    const listed = await silverpoint(['bundle', 'list', fixture(''), '--json'])
    const bundles = listed.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(bundles.map(({ name }) => name)).toContain('tiny')
  })

  it('bundle export without a Python that has torch says what is needed', async () => {
    const env = { SILVERPOINT_PYTHON: '/nowhere/python' }
    const ended = await silverpoint(['bundle', 'export', 'some/model', '-o', join(folder, 'bundle')], { env })
    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/EXPORT_FAILED.*needs torch, diffusers and transformers/)
  })
})
