import { createHash } from 'node:crypto'
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type LedgerEntry, readLedgers } from '../lib/batch/ledger.js'
import { type SketchSettings, sketchParameters } from '../lib/batch/parameters.js'
import { planSketches } from '../lib/batch/plan.js'
import { isInShard, parseShard, scheduledShard } from '../lib/batch/shard.js'
import { type RunOptions, sketchFiles } from '../lib/batch/sketch-files.js'
import { Sketcher, type SketcherOptions } from '../lib/batch/sketcher.js'
import { type Bundle, loadBundle } from '../lib/bundle/bundle.js'
import { findImages } from '../lib/data/find-images.js'
import { encodePng, readImage, readPngMetadata } from '../lib/data/image.js'
import { temporaryStem } from '../lib/data/write-file.js'
import { contents } from './contents.mjs'
import { fixture } from './helpers.js'
import { makePhotos, makeStyle } from './photos.js'
import { node, silverpoint } from './silverpoint.js'

let bundle: Bundle
let folder: string
let photos: string
let style: string

beforeAll(async () => {
  bundle = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'float32' })
  folder = await mkdtemp(join(tmpdir(), 'silverpoint-jobs-'))
  photos = join(folder, 'photos')
  await makePhotos(photos, ['1.png', '2.jpg', '10.png', 'sub/1.png', 'sub/deep/3.webp'])
  style = join(folder, 'style.safetensors')
  await (await makeStyle(bundle, 'a pencil sketch', 1)).save(style)
})
afterAll(async () => {
  bundle.dispose()
  await rm(folder, { recursive: true })
})

const OUTPUTS = ['1.png', '2.png', '10.png', 'sub/1.png', 'sub/deep/3.png']
let outs = 0
const newOutput = () => join(folder, `out${outs++}`)

interface JobOptions extends SketcherOptions, RunOptions {
  skipExisting?: boolean
  from?: string[]
}

/** A job through the library. @returns its summary, and the outputs it wrote, in order. */
async function job(out: string, { skipExisting, onError, from = [photos], ...options }: JobOptions = {}) {
  await using sketcher = new Sketcher(bundle, { optional: 'a drawing', steps: 1, batch: 2, ...options })
  const drawn: string[] = []
  const summary = await sketchFiles(sketcher, await findImages(from), out, {
    ...{ skipExisting, onError },
    onItem: ({ sketch }) => sketch && drawn.push(sketch.slice(out.length + 1)),
  })
  return { ...summary, drawn }
}

async function ledgerOf(path: string): Promise<(LedgerEntry & { batch: [number, number] })[]> {
  const lines = (await readFile(path, 'utf8')).split('\n')
  expect(lines.pop()).toBe('')
  return lines.map((line) => JSON.parse(line))
}

/** What must not differ between runs. */
const timeless = (lines: LedgerEntry[]) => lines.map((line) => ({ ...line, seconds: null }))

describe('a folder job', () => {
  it('keeps paths below the folder, and tells of every photo in its ledger', async () => {
    const out = newOutput()
    await writeFile(join(photos, 'broken.jpg'), 'no picture')
    const { drawn, ...summary } = await job(out, { batch: 4, seed: 5 })
    await rm(join(photos, 'broken.jpg'))
    expect(drawn).toEqual(OUTPUTS)
    expect(summary).toMatchObject({ sketched: 5, failed: 1, skipped: 0 })
    expect(Object.keys(await contents(out))).toEqual([...OUTPUTS, 'contact-sheet.png', 'ledger.jsonl'].sort())
    const lines = await ledgerOf(summary.ledger)
    expect(lines.map(({ photo, output, batch }) => [photo, output, batch])).toEqual([
      ['1.png', '1.png', [1, 4]],
      ['2.jpg', '2.png', [2, 4]],
      ['10.png', '10.png', [3, 4]],
      ['broken.jpg', 'broken.png', [4, 4]],
      ['sub/1.png', 'sub/1.png', [1, 2]],
      ['sub/deep/3.webp', 'sub/deep/3.png', [2, 2]],
    ])
    const inputHash = createHash('sha256').update(await readFile(join(photos, '1.png')))
    expect(lines[0]).toMatchObject({ inputHash: inputHash.digest('hex'), style: null, seed: 5 })
    expect(lines[0]!.seconds).toBeGreaterThan(0)
    expect(lines[0]!.error).toBeUndefined()
    expect(lines[3]!.error).toMatchObject({ code: 'IMAGE_INVALID', message: /broken\.jpg/ })
    expect(await readPngMetadata(join(out, 'sub/1.png'))).toMatchObject({
      photo: 'sub/1.png',
      inputHash: lines[4]!.inputHash,
      parametersHash: lines[4]!.parametersHash,
    })
  })

  it('refuses at once what would share a name, naming both', async () => {
    const plan = (...relatives: string[]) =>
      planSketches(
        relatives.map((relative) => ({ path: join('in', relative), relative })),
        newOutput(),
        sketchParameters(bundle, {}),
      )
    await expect(plan('a/x.png', 'b/x.png')).resolves.toMatchObject({ pending: { length: 2 } })
    await expect(plan('a/x.png', 'b/x.png', 'a/x.jpg')).rejects.toThrow(/in\/a\/x\.jpg.*in\/a\/x\.png/)
    await expect(plan('contact-sheet.jpg')).rejects.toThrow(/the contact sheet/)
    await expect(plan('contact-sheet-3of8.webp')).rejects.toThrow(/the contact sheet/)
    await expect(plan('sub/contact-sheet.jpg', 'ledger.jpg')).resolves.toBeDefined()
    await expect(plan('x.jpg', 'x.png/y.jpg')).rejects.toThrow(/in\/x\.png\/y\.jpg.*in\/x\.jpg/)
  })

  it('replaces its own sketches, but no file that silverpoint did not make', async () => {
    const out = newOutput()
    await job(out)
    const before = await contents(out)
    expect((await job(out, { seed: 1 })).drawn).toEqual(OUTPUTS)
    expect((await contents(out))['sub/1.png']).not.toBe(before['sub/1.png'])
    const foreign = await encodePng(await readImage(join(photos, '1.png')))
    for (const name of ['sub/1.png', 'contact-sheet.png', 'ledger.jsonl']) {
      const other = newOutput()
      await mkdir(join(other, 'sub'), { recursive: true })
      await writeFile(join(other, name), name.endsWith('.png') ? foreign : 'my own\nnotes\n')
      const here = await contents(other)
      const refused = await job(other).catch((error) => error)
      expect(refused).toMatchObject({
        code: 'WRITE_FAILED',
        message: expect.stringContaining(join(other, name)),
      })
      expect(await contents(other)).toEqual(here)
    }
  })

  it('stops after the batch of the first failure when it is told to', async () => {
    const from = [join(photos, '1.png'), join(folder, 'none.png'), join(photos, '2.jpg')]
    const out = newOutput()
    await using sketcher = new Sketcher(bundle, { steps: 1, batch: 2 })
    const summary = await sketchFiles(sketcher, from, out, { onError: 'stop' })
    expect(summary).toMatchObject({ sketched: 1, failed: 1 })
    expect((await ledgerOf(summary.ledger)).map(({ output }) => output)).toEqual(['1.png', 'none.png'])
    expect((await job(newOutput(), { from: [photos], onError: 'stop' })).sketched).toBe(5)
  })

  it('flushes the batch it was in when it is cancelled', async () => {
    const out = newOutput()
    const controller = new AbortController()
    await using sketcher = new Sketcher(bundle, { steps: 1, batch: 2, signal: controller.signal })
    const stopped = sketchFiles(sketcher, await findImages([photos]), out, {
      onItem: () => controller.abort(),
    })
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' })
    const lines = await ledgerOf(join(out, 'ledger.jsonl'))
    expect(lines.length % 2).toBe(0)
    expect(lines.length).toBeLessThan(5)
    const written = Object.keys(await contents(out)).filter((name) => name.endsWith('.png'))
    expect(written.sort()).toEqual(lines.map(({ output }) => output).sort())
  })
})

describe('--skip-existing', () => {
  const again = (out: string, options: JobOptions = {}) => job(out, { ...options, skipExisting: true })

  it('leaves out what would come out the same, whatever batch and device, and draws again all else', async () => {
    const out = newOutput()
    const first = await job(out)
    const before = await contents(out)
    expect(await again(out, { batch: 4 })).toMatchObject({
      sketched: 0,
      skipped: 5,
      contactSheet: first.contactSheet,
    })
    expect(await contents(out)).toEqual(before)
    const ink = await makeStyle(bundle, 'ink', 2)
    const changes: SketchSettings[] = [
      ...[{ seed: 2 }, { steps: 2 }, { sampler: 'euler' as const }, { optional: 'in ink' }, { style: ink }],
      { guidance: { text: 3, image: 1.5 } },
    ]
    for (const change of changes) {
      const copy = newOutput()
      await cp(out, copy, { recursive: true })
      expect((await again(copy, change)).drawn).toEqual(OUTPUTS)
      expect((await again(copy, change)).drawn).toEqual([])
    }
  })

  it('draws a photo again that has changed, and one whose sketch is gone', async () => {
    const from = join(folder, 'changing')
    await cp(photos, from, { recursive: true })
    const out = newOutput()
    await job(out, { from: [from] })
    await cp(join(from, '10.png'), join(from, '1.png'))
    await rm(join(out, 'sub/deep/3.png'))
    expect((await again(out, { from: [from] })).drawn).toEqual(['1.png', 'sub/deep/3.png'])
    const lines = await ledgerOf(join(out, 'ledger.jsonl'))
    expect(lines.map(({ output }) => output).sort()).toEqual([...OUTPUTS].sort())
    expect(lines.find(({ photo }) => photo === '1.png')!.inputHash).toBe(
      lines.find(({ photo }) => photo === '10.png')!.inputHash,
    )
  })

  it('believes the sketches themselves where the ledger is gone, and begins another', async () => {
    const out = newOutput()
    await job(out)
    const lines = await ledgerOf(join(out, 'ledger.jsonl'))
    await rm(join(out, 'ledger.jsonl'))
    await rm(join(out, '2.png'))
    expect((await again(out)).drawn).toEqual(['2.png'])
    const known = (all: LedgerEntry[]) =>
      timeless(all)
        .map(({ batch, ...line }: LedgerEntry & { batch?: unknown }) => line)
        .sort((a, b) => (a.output < b.output ? -1 : 1))
    expect(known(await ledgerOf(join(out, 'ledger.jsonl')))).toEqual(known(lines))
  })

  it('tries what failed again, after all that was never tried', async () => {
    const from = join(folder, 'mending')
    await cp(photos, from, { recursive: true })
    await writeFile(join(from, '1.png'), 'broken')
    const out = newOutput()
    expect(await job(out, { from: [from] })).toMatchObject({ sketched: 4, failed: 1 })
    await makePhotos(from, ['1.png', 'new.png'])
    expect((await again(out, { from: [from] })).drawn).toEqual(['new.png', '1.png'])
    const lines = await ledgerOf(join(out, 'ledger.jsonl'))
    expect(lines).toHaveLength(6)
    expect(lines.filter(({ error }) => error)).toEqual([])
  })

  it('mends a ledger that was cut off, and draws its last batch again as a whole', async () => {
    const out = newOutput()
    await job(out)
    const [whole, before] = [await contents(out), await ledgerOf(join(out, 'ledger.jsonl'))]
    const text = await readFile(join(out, 'ledger.jsonl'), 'utf8')
    const lineEnds = [...text.matchAll(/\n/g)].map(({ index }) => index + 1)
    // In the first line; just before and after the second batch's first line end; in the last line.
    const cases = [
      [40, OUTPUTS],
      [lineEnds[2]! - 1, OUTPUTS.slice(2)],
      [lineEnds[2]!, OUTPUTS.slice(2)],
      [text.length - 20, OUTPUTS.slice(4)],
    ] as const
    for (const [length, drawn] of cases) {
      await writeFile(join(out, 'ledger.jsonl'), text.slice(0, length))
      expect((await again(out)).drawn).toEqual(drawn)
      expect(timeless(await ledgerOf(join(out, 'ledger.jsonl')))).toEqual(timeless(before))
      expect({ ...(await contents(out)), 'ledger.jsonl': '' }).toEqual({ ...whole, 'ledger.jsonl': '' })
    }
    await appendFile(join(out, 'ledger.jsonl'), '{"photo":')
    expect((await again(out)).drawn).toEqual([])
    expect(await ledgerOf(join(out, 'ledger.jsonl'))).toHaveLength(5)
  })
})

describe('shards', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('share all photos, each to one, wherever they lie and whatever else there is', () => {
    const names = Array.from({ length: 1000 }, (_, i) => `people/${i}.jpg`)
    const shards = [1, 2, 3, 4, 5, 6, 7].map((index) =>
      names.filter((name) => isInShard(name, { index, count: 7 })),
    )
    expect(shards.flat().sort()).toEqual([...names].sort())
    for (const shard of shards) {
      expect(shard.length).toBeGreaterThan(100)
      expect(shard.length).toBeLessThan(190)
    }
    expect(isInShard('people/1.jpg', parseShard('1/1'))).toBe(true)
    for (const wrong of ['0/3', '4/3', '1', '1/0', 'a/2', '1.5/2', '-1/2', 'auto/3'])
      expect(() => parseShard(wrong)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  const cases: [string, Record<string, string>, [number, number] | RegExp][] = [
    ['Slurm from 0', slurm(2, 8, 0, 1), [3, 8]],
    ['Slurm from 10 in steps of 5', slurm(20, 3, 10, 5), [3, 3]],
    ['Slurm with a list of tasks', slurm(9, 3, 1, 1), /even distances/],
    ['AWS Batch', { AWS_BATCH_JOB_ARRAY_INDEX: '0', AWS_BATCH_JOB_ARRAY_SIZE: '4' }, [1, 4]],
    ['Cloud Run', { CLOUD_RUN_TASK_INDEX: '3', CLOUD_RUN_TASK_COUNT: '4' }, [4, 4]],
    ['Kubernetes', { JOB_COMPLETION_INDEX: '3' }, /--shard auto\/COUNT/],
  ]
  it.each(cases)('come from the scheduler: %s', (_name, env, wanted) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
    if (wanted instanceof RegExp) expect(scheduledShard).toThrow(wanted)
    else expect(scheduledShard()).toMatchObject({ index: wanted[0], count: wanted[1] })
    if (env.JOB_COMPLETION_INDEX) expect(parseShard('auto/5')).toEqual({ index: 4, count: 5 })
  })

  function slurm(id: number, count: number, first: number, step: number) {
    return {
      ...{ SLURM_ARRAY_TASK_ID: `${id}`, SLURM_ARRAY_TASK_COUNT: `${count}` },
      ...{ SLURM_ARRAY_TASK_MIN: `${first}`, SLURM_ARRAY_TASK_STEP: `${step}` },
    }
  }

  it('draw into one folder side by side, and another run finds all of it done', async () => {
    const out = newOutput()
    await using sketcher = new Sketcher(bundle, { optional: 'a drawing', steps: 1, batch: 2 })
    const found = await findImages([photos])
    const run = (index: number) =>
      sketchFiles(sketcher, found, out, { shard: { index, count: 3 }, skipExisting: true })
    const summaries = await Promise.all([1, 2, 3].map(run))
    expect(summaries.map(({ sketched }) => sketched).reduce((a, b) => a + b)).toBe(5)
    expect(new Set(summaries.map(({ ledger }) => basename(ledger)))).toEqual(
      new Set(['ledger-1of3.jsonl', 'ledger-2of3.jsonl', 'ledger-3of3.jsonl']),
    )
    expect([...(await readLedgers(out)).keys()].sort()).toEqual([...OUTPUTS].sort())
    expect(await job(out, { skipExisting: true })).toMatchObject({ sketched: 0, skipped: 5 })
    const told = await Promise.all(summaries.map(({ ledger }) => ledgerOf(ledger)))
    expect(told.flat()).toHaveLength(5)
    expect(await ledgerOf(join(out, 'ledger.jsonl'))).toEqual([])
  })

  it("remove temporary files of their own killed run, and nobody else's", async () => {
    const out = newOutput()
    const uuid = '01234567-89ab-cdef-0123-456789abcdef'
    const temporaryOf = (name: string) => `${temporaryStem(name)}-${uuid}.tmp`
    const own = ['1.png', 'sub/1.png', 'ledger.jsonl', 'contact-sheet.png'].map(temporaryOf)
    const others = [temporaryOf('ledger-2of3.jsonl'), `.silverpoint-${uuid}.tmp`, '.my.tmp', 'x.tmp']
    await mkdir(join(out, 'sub'), { recursive: true })
    for (const name of [...own, ...others]) await writeFile(join(out, name), '')
    const dead = temporaryOf('of-yesterday.png')
    await writeFile(join(out, dead), '')
    await utimes(join(out, dead), 0, 0)
    await job(out)
    const left = Object.keys(await contents(out)).filter((name) => name.endsWith('.tmp'))
    expect(left.sort()).toEqual([...others].sort())
  })
})

describe('silverpoint sketch', () => {
  const command = (out: string, ...more: string[]) => [
    ...[
      'sketch',
      style,
      photos,
      '-o',
      out,
      '--bundle',
      fixture('tiny'),
      '--device',
      'cpu',
      '--steps',
      '1',
      ...more,
    ],
  ]

  it("takes a list, keeps a job's parts apart, and says nothing but results when it is told so", async () => {
    const out = newOutput()
    const args = [
      'sketch',
      style,
      '-',
      '-o',
      out,
      '--bundle',
      fixture('tiny'),
      '--device',
      'cpu',
      '--steps',
      '1',
    ]
    const stdin = 'photos/1.png\0photos/sub\0'
    const ended = await silverpoint([...args, '--shard', '1/1', '--quiet'], { cwd: folder, stdin })
    expect(ended.stderr).toBe('')
    expect(ended.stdout.trim().split('\n')).toEqual(
      ['photos/1.png', 'photos/sub/1.png', 'photos/sub/deep/3.png', 'contact-sheet.png'].map((name) =>
        join(out, name),
      ),
    )
  })

  it('takes its share from the scheduler and says so', async () => {
    const out = newOutput()
    const env = { SLURM_ARRAY_TASK_ID: '4', SLURM_ARRAY_TASK_COUNT: '2', SLURM_ARRAY_TASK_MIN: '3' }
    const { stderr, code } = await silverpoint(command(out), { env })
    expect(code).toBe(0)
    const [, mine] = /shard 2 of 2 \(SLURM_ARRAY_TASK_ID\): (\d) of 5 photos/.exec(stderr)!
    expect(await ledgerOf(join(out, 'ledger-2of2.jsonl'))).toHaveLength(Number(mine))
  })

  it('times a dry run and writes nothing', async () => {
    const out = newOutput()
    const { stdout } = await silverpoint(command(out, '--dry-run', '--json'))
    const told = JSON.parse(stdout)
    expect(told).toMatchObject({ photos: 5, pending: 5, skipped: [], output: out })
    expect(told.secondsEach).toBeGreaterThan(0)
    expect(told.seconds).toBeCloseTo(5 * told.secondsEach)
    await expect(stat(out)).rejects.toThrow(/ENOENT/)
    await silverpoint(command(out))
    await rm(join(out, '2.png'))
    const before = await contents(out)
    const later = await silverpoint(command(out, '--dry-run', '--skip-existing'))
    expect(later.stdout).toMatch(/^skip .*1\.png\nskip .*10\.png\n.*\n.*\n1 of 5 photos .* about \d+ s/)
    expect(await contents(out)).toEqual(before)
  })

  it('does not even open LibTorch when all is done', async () => {
    const out = newOutput()
    await silverpoint(command(out))
    const env = {
      SILVERPOINT_LIBTORCH: '/nowhere',
      LIBTORCH: '',
      SILVERPOINT_CACHE: folder,
      SILVERPOINT_PYTHON: '/no',
    }
    const ended = await silverpoint(command(out, '--skip-existing'), { env })
    expect(ended).toMatchObject({ code: 0, stdout: `${join(out, 'contact-sheet.png')}\n` })
    expect(ended.stderr).toBe('5 of 5 are done already\n')
  })
})

describe('a job of 40 photos that is stopped', () => {
  let many: string
  let whole: Record<string, string>
  let ledger: LedgerEntry[]
  const sketch = (out: string, ...more: string[]) => [
    ...['sketch', style, many, '-o', out, '--bundle', fixture('tiny'), '--device', 'cpu', '--steps', '2'],
    ...['--threads', '1', ...more],
  ]

  beforeAll(async () => {
    many = join(folder, 'many')
    await makePhotos(
      many,
      Array.from({ length: 40 }, (_, i) => `${i % 3 === 0 ? 'sub/' : ''}${i}.png`),
    )
    const out = newOutput()
    const ended = await silverpoint(sketch(out))
    expect(ended.code).toBe(0)
    whole = await contents(out)
    ledger = await ledgerOf(join(out, 'ledger.jsonl'))
    expect(ledger).toHaveLength(40)
  }, 60_000)

  /** Nothing is lost, doubled or left: all files as those of a run that was not stopped. */
  async function isWhole(out: string) {
    const now = await contents(out)
    expect({ ...now, 'ledger.jsonl': '' }).toEqual({ ...whole, 'ledger.jsonl': '' })
    expect(timeless(await ledgerOf(join(out, 'ledger.jsonl')))).toEqual(timeless(ledger))
  }

  const signals: [NodeJS.Signals, number][] = [
    ['SIGINT', 130],
    ['SIGTERM', 75],
  ]
  it.each(signals)(
    'by %s finishes its batch and exits %i; the same command goes on',
    async (signal, code) => {
      const out = newOutput()
      let sent = false
      const stopped = await silverpoint(sketch(out), {
        hearResults: (_, kill) => {
          if (!sent) kill(signal)
          sent = true
        },
      })
      expect(stopped.code).toBe(code)
      expect(stopped.stderr).toMatch(/Finishing the current step.*\n(.*\n)*error CANCELLED/)
      const lines = await ledgerOf(join(out, 'ledger.jsonl'))
      expect(lines.length % 4).toBe(0)
      expect(lines.length).toBeLessThan(40)
      expect(stopped.stdout.trim().split('\n')).toEqual(lines.map(({ output }) => join(out, output)))
      expect((await silverpoint(sketch(out, '--skip-existing'))).code).toBe(0)
      await isWhole(out)
    },
  )

  it('by a second Ctrl-C ends at once', async () => {
    const started = performance.now()
    const stopped = await silverpoint(sketch(newOutput(), '--steps', '200'), {
      hear: (said, kill) => {
        if (said.includes('bundle tiny')) kill('SIGINT')
        if (said.includes('Finishing')) kill('SIGINT')
      },
    })
    expect(stopped.code).toBe(130)
    expect(stopped.stdout).toBe('')
    expect(performance.now() - started).toBeLessThan(30_000)
  })

  it('through examples/batch.mjs goes on there too', { timeout: 120_000 }, async () => {
    const out = newOutput()
    const args = [style, many, out, fixture('tiny')]
    let sent = false
    const stopped = await node('examples/batch.mjs', args, {
      hearResults: (_, kill) => {
        if (!sent) kill('SIGINT')
        sent = true
      },
    })
    expect(stopped).toMatchObject({ code: 130, stderr: '' })
    expect(stopped.stdout).toMatch(/Stopped after a whole batch/)
    const resumed = await node('examples/batch.mjs', args)
    expect(resumed).toMatchObject({ code: 0, stderr: '' })
    const [, sketched, there] = /\n(\d+) sketched, (\d+) were there, 0 failed/.exec(resumed.stdout)!
    expect(Number(there)).toBeGreaterThan(0)
    expect(Number(sketched) + Number(there)).toBe(40)
  })
})
