import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Deciding, ResultsFolder } from '../lib/benchmark/results-folder.js'
import { type Bundle, loadBundle } from '../lib/bundle/bundle.js'
import { listBundles } from '../lib/bundle/list.js'
import { readMetricsManifest } from '../lib/bundle/metrics-manifest.js'
import { encodePng, type Image } from '../lib/data/image.js'
import { fromGrey } from '../lib/metrics/grey.js'
import type { InceptionResize } from '../lib/metrics/inception-input.js'
import { type InceptionPair, InceptionSet } from '../lib/metrics/inception-set.js'
import { LPIPS_SMALLEST_SIDE } from '../lib/metrics/lpips.js'
import { MetricNetworks } from '../lib/metrics/metric-networks.js'
import { Scorer } from '../lib/metrics/scorer.js'
import { fixture } from './helpers.js'
import { figures, grey, greyPattern } from './metrics-fixture.js'
import { silverpoint } from './silverpoint.js'

const PUBLISHED: Record<string, { file: string; sha256: string }[]> = JSON.parse(
  await readFile(new URL('../models/export/published-weights.json', import.meta.url), 'utf8'),
)
/** As test/peer/metrics_tiny.py pairs them. */
const PAIRS = [
  ['sketch', 'other'],
  ['noisy', 'white'],
  ['odd', 'odder'],
  ['large', 'larger'],
] as const

const SUM = 'ab'.repeat(32)
const DECIDING: Deciding = {
  dataset: {
    ...{ name: 'pairs', layout: 'plain', split: 'all', pairs: 2, normaliseContrast: false },
    ...{ sources: ['pairs'], leftOut: [] },
  },
  configuration: {
    ...{ learningPairs: ['a'], tests: ['b'], files: SUM },
    frame: { crop: 'none', longestSide: 64 },
  },
  bundle: { name: 'tiny', weightsId: SUM, resolution: 64 },
  metricNetworks: [],
  environment: {
    ...{ silverpoint: '1', libtorch: '2', platform: 'linux-x64', cpu: 'one', threads: 1 },
    ...{ dtype: 'float32', device: 'cpu' },
  },
}

let root: string
let bundle: Bundle
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'silverpoint-metrics-'))
  bundle = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'float32' })
}, 30_000)
afterAll(async () => {
  bundle.dispose()
  await rm(root, { recursive: true })
})

/** The tiny metrics bundle, saying of `roles` that they are of the published weights, which no tiny network is. */
async function pretending(name: string, ...roles: string[]): Promise<string> {
  const folder = join(root, name)
  await cp(fixture('tiny-metrics'), folder, { recursive: true })
  const path = join(folder, 'bundle.json')
  const manifest = JSON.parse(await readFile(path, 'utf8'))
  for (const role of roles)
    manifest.roles[role].sources = PUBLISHED[role]!.map(({ file, sha256 }) => ({ file, sha256 }))
  await writeFile(path, JSON.stringify(manifest))
  return folder
}

function setOf(pictures: readonly InceptionPair[]): InceptionSet {
  const set = new InceptionSet(pictures[0]!['pytorch-fid'].truth.width)
  for (const picture of pictures) set.add(picture)
  return set
}

describe('a metrics bundle', { timeout: 60_000 }, () => {
  it('of the published weights gives LPIPS, FID and KID: the figures of lpips, torchmetrics and clean-fid', async () => {
    using networks = await MetricNetworks.open(
      await pretending('published', 'lpips_alex', 'fid_inception'),
      'cpu',
    )
    expect(networks.roles).toEqual(['lpips_alex', 'fid_inception'])
    expect(networks.reasons.get('lpips_vgg')).toBe('the metrics bundle has no role lpips_vgg')
    await expect(networks.lpips('vgg', fromGrey(grey('sketch')), fromGrey(grey('other')))).rejects.toThrow(
      'for metric network but received "lpips_vgg". It can\'t be: the metrics bundle has no role lpips_vgg.',
    )
    await expect(networks.lpips('alex', fromGrey(grey('odd')), fromGrey(grey('sketch')))).rejects.toThrow(
      "Expected the truth's size of ",
    )
    const pictures: InceptionPair[] = []
    for (const [i, pair] of PAIRS.entries()) {
      const [prediction, truth] = pair.map((name) => fromGrey(grey(name))) as [Image, Image]
      const distance = await networks.lpips('alex', prediction, truth)
      expect(Math.abs(distance - figures[`tiny/lpips-alex/${i}`]!)).toBeLessThan(1e-6)
      const by = async (resize: InceptionResize) => ({
        prediction: await networks.inception(prediction, resize),
        truth: await networks.inception(truth, resize),
      })
      pictures.push({ 'pytorch-fid': await by('pytorch-fid'), 'clean-fid': await by('clean-fid') })
    }
    const set = await setOf(pictures).scores()
    for (const metric of ['fid', 'fid-clean', 'kid'] as const) {
      const wanted = figures[`tiny/${metric}`]!
      expect(Math.abs(set[metric]!.value! - wanted) / Math.abs(wanted), metric).toBeLessThan(1e-4)
      expect(set[metric]!.count).toBe(4)
    }
    expect(set.kid!.note).toBe('standard deviation 0.0000 over 100 subsets of 4 pictures')
    const { fid } = await setOf(pictures.slice(2)).scores()
    expect(fid).toMatchObject({ count: 2, note: expect.stringContaining('2 pictures for 3 features') })
    const alone = { value: null, count: 1, note: 'needs at least 2 pictures' }
    expect(await setOf(pictures.slice(3)).scores()).toEqual({ fid: alone, 'fid-clean': alone, kid: alone })
    const joined = InceptionSet.joined([setOf(pictures.slice(0, 1)), setOf(pictures.slice(1))])
    expect(await joined.scores()).toEqual(set)
  })

  it('gives them of each source too, and of all together the same figures', async () => {
    using networks = await MetricNetworks.open(await pretending('sources', 'fid_inception'), 'cpu')
    const scorer = new Scorer(bundle, { networks })
    for (const [i, pair] of PAIRS.entries()) {
      const [prediction, truth] = pair.map((name) => fromGrey(grey(name))) as [Image, Image]
      await scorer.add(prediction, truth, { source: ['cufs', 'cufsf', 'cufs', 'internet'][i]! })
    }
    const [all, cufs, alone] = [await scorer.set(), await scorer.set('cufs'), await scorer.set('internet')]
    for (const metric of ['fid', 'fid-clean', 'kid'] as const) {
      // Of four pictures, whose covariance has hardly a rank, FID's root multiplies what float32 rounds.
      expect(all[metric]!.value! / figures[`tiny/${metric}`]!).toBeCloseTo(1, 3)
      expect(cufs[metric]!.value).not.toBeCloseTo(all[metric]!.value!, 4)
      expect([all, cufs, alone].map((set) => set[metric]!.count)).toEqual([4, 2, 1])
    }
    expect(alone.fid).toMatchObject({ value: null, note: 'needs at least 2 pictures' })
    expect([all, cufs, alone].map(({ ssim }) => ssim!.count)).toEqual([4, 2, 1])
  })

  it('of other weights is not opened, and their metrics stay blank, naming both sums', async () => {
    const folder = await pretending('random')
    // A module that is not to be opened need not be one.
    await writeFile(join(folder, 'lpips_alex.pt'), 'no module')
    using networks = await MetricNetworks.open(folder, 'cpu')
    expect(networks.roles).toEqual([])
    const scorer = new Scorer(bundle, { networks })
    const { scores } = await scorer.add(fromGrey(grey('sketch')), fromGrey(grey('other')))
    expect(scores).not.toHaveProperty('lpips-alex')
    const set = await scorer.set()
    expect(set['lpips-alex']).toEqual({
      ...{ value: null, count: 0 },
      note: 'lpips_alex was not exported of the published alexnet-owt-7be5be79.pth',
    })
    expect(set.fid!.value).toBe(null)

    const [backbone, linear] = PUBLISHED.lpips_alex!
    const path = join(await pretending('half', 'lpips_alex'), 'bundle.json')
    const text = (await readFile(path, 'utf8')).replace(backbone!.sha256, SUM)
    expect(text).toContain(linear!.sha256)
    await writeFile(path, text)
    using half = await MetricNetworks.open(join(root, 'half'), 'cpu')
    expect(half.reasons.get('lpips_alex')).toBe(
      'lpips_alex was exported of another alexnet-owt-7be5be79.pth (abababab) than the published one (7be5be79)',
    )
  })

  it('refuses a module that is not the one exported, and bundles of another kind', async () => {
    const folder = await pretending('damaged', 'lpips_alex')
    await writeFile(join(folder, 'lpips_alex.pt'), 'no module')
    const invalid = { code: 'BUNDLE_INVALID' }
    await expect(MetricNetworks.open(folder, 'cpu')).rejects.toMatchObject(invalid)
    await expect(readMetricsManifest(fixture('tiny'))).rejects.toThrow(
      /Expected a metrics bundle but .* is of another kind\. Make one with: silverpoint bundle export --metrics/,
    )
    await expect(loadBundle(fixture('tiny-metrics'))).rejects.toThrow(
      /"instruct-pix2pix".* for kind in .* but received "metrics"/,
    )
  })

  it('says what pictures are too small for', async () => {
    using networks = await MetricNetworks.open(await pretending('small', 'lpips_alex'), 'cpu')
    const scorer = new Scorer(bundle, { networks })
    const small = fromGrey(greyPattern(30, 40, 1))
    const { scores, reasons } = await scorer.add(small, small)
    expect(scores).not.toHaveProperty('lpips-alex')
    expect(reasons['lpips-alex']).toBe(`needs sides of at least ${LPIPS_SMALLEST_SIDE.alex} px, has 30`)
  })

  it('is told of where it is listed, inspected and checked', async () => {
    const listed = await listBundles([root, fixture('tiny-metrics')])
    expect(listed.at(-1)!.manifest.kind).toBe('metrics')
    const { code, stdout } = await silverpoint(['bundle', 'check', fixture('tiny-metrics')])
    expect(code).toBe(0)
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      '2 files as exported',
      'its scores stay blank: lpips_alex was not exported of the published alexnet-owt-7be5be79.pth',
    ])
    const inspected = await silverpoint(['inspect', fixture('tiny-metrics')])
    expect(inspected.stdout).toContain('kind: metrics')
  })

  it("decides a benchmark's results: they are not mixed with some scored without it", async () => {
    const path = join(root, 'results')
    const scoredBy = (...metricNetworks: string[]): Deciding => ({ ...DECIDING, metricNetworks })
    await ResultsFolder.open(path, scoredBy('lpips_alex'))
    await ResultsFolder.open(path, scoredBy('lpips_alex'))
    for (const other of [[], ['lpips_alex', 'fid_inception']])
      await expect(ResultsFolder.open(path, scoredBy(...other))).rejects.toMatchObject({
        ...{ code: 'RESULTS_MISMATCH', message: expect.stringContaining('metricNetworks') },
      })
  })
})

describe('silverpoint evaluate --metrics-bundle', { timeout: 120_000 }, () => {
  it('heads columns LPIPS, FID and KID where the networks are the published ones, and says why not', async () => {
    const folder = join(root, 'pictures')
    await mkdir(folder)
    for (const name of ['sketch', 'other'])
      await writeFile(join(folder, `${name}.png`), await encodePng(fromGrey(grey(name))))
    const metrics = await pretending('half published', 'fid_inception')
    const args = ['--bundle', fixture('tiny'), '--metrics-bundle', metrics]
    const { stdout, stderr } = await silverpoint(['evaluate', folder, folder, ...args])
    expect(stderr).toContain('metric networks: fid_inception\n')
    const [header, ...lines] = stdout.split('\n')
    expect(header).toMatch(/ FID ↓ +FID \(clean-fid\) ↓ +KID ↓$/)
    expect(header).not.toContain('LPIPS')
    expect(lines).toContain(
      'LPIPS (alex): blank: lpips_alex was not exported of the published alexnet-owt-7be5be79.pth',
    )
  })
})

describe('silverpoint bundle export --metrics', { timeout: 30_000 }, () => {
  it('hands Python the roles and the folder of weights, and its explanation to the user', async () => {
    const python = join(root, 'python')
    const explanation = 'Expected the weight files a.pth but they are nowhere. Bring them.'
    const script = `#!/bin/sh\necho "$@" >&2\necho "error: ${explanation}" >&2\nexit 1\n`
    await writeFile(python, script, { mode: 0o755 })
    const env = { SILVERPOINT_PYTHON: python }
    const args = ['bundle', 'export', '-o', join(root, 'new'), '--weights-from', join(root, 'weights')]
    const all = await silverpoint(args, { env })
    expect(all.stderr).toContain(`-m models.export.metrics -o ${root}/new --weights-from ${root}/weights`)
    expect(all.stderr).toContain(`error EXPORT_FAILED: ${explanation}\n`)
    const two = await silverpoint([...args, '--metrics', 'lpips_vgg,fid_inception'], { env })
    expect(two.stderr).toContain('--roles lpips_vgg,fid_inception')
  })

  it('refuses what it does not know, and both kinds at once', async () => {
    const unknown = await silverpoint(['bundle', 'export', '-o', 'x', '--metrics', 'lpips_resnet'])
    expect(unknown.code).toBe(2)
    expect(unknown.stderr).toContain('Expected some of lpips_alex,lpips_vgg,lpips_squeeze,fid_inception.')
    for (const args of [
      ['bundle', 'export', '-o', 'x'],
      ['bundle', 'export', 'a/b', '-o', 'x', '--metrics'],
    ])
      expect((await silverpoint(args)).code).toBe(2)
  })
})
