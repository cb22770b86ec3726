/** One run: a method learns from a pair, draws all tests, and its pictures are scored. */
import { join } from 'node:path'
import type { Drawn, Learned, LearningPair } from '../baselines/method.js'
import type { Bundle } from '../bundle/bundle.js'
import { encodePng, readImage } from '../data/image.js'
import { writeFileAtomically } from '../data/write-file.js'
import { METRIC_NAMES } from '../metrics/catalogue.js'
import { type Changes, tellChanges } from '../metrics/comparable.js'
import type { MetricNetworks } from '../metrics/metric-networks.js'
import { type ScoredPicture, Scorer } from '../metrics/scorer.js'
import type { SetScores } from '../metrics/set-scores.js'
import { throwIfCancelled } from '../style/cancel.js'
import { type Frame, toFrame } from './frame.js'
import type { FramedPair } from './pictures.js'
import type { PictureScores, Run, RunImage } from './results.js'
import { nameOf, type ResultsFolder, type RunKey } from './results-folder.js'
import { median } from './statistics.js'

/** What all runs share. */
export interface Stage {
  bundle: Bundle
  folder: ResultsFolder
  frame: Frame
  normaliseContrast: boolean
  /** Of LPIPS, FID and KID. */
  networks?: MetricNetworks | undefined
  /** What opening the bundle took, where it is known. */
  loadSeconds?: number | undefined
  learning: readonly FramedPair[]
  tests: readonly FramedPair[]
  signal?: AbortSignal | undefined
  onProgress?: ((stage: string, done: number, total: number) => void) | undefined
}

/** @throws CANCELLED, and whatever the method throws. */
export async function perform(key: RunKey, pair: FramedPair, stage: Stage): Promise<Run> {
  const { method, learningPair, seed } = key
  const { signal, onProgress } = stage
  const [own, ...allPairs] = [pair, ...stage.learning].map((one) => learningPairOf(one, stage))
  const task = { pair: own as LearningPair, allPairs, seed: seed ?? 0, signal, onProgress }
  const { learned, draw } = await method.begin(task)
  const drawn = await scoreAll(nameOf(key), draw(stage.tests.map((test) => testPhoto(test, stage))), stage)
  const { name, label, protocol, settings, variant = null } = method
  return {
    ...{ method: name, label, protocol, variant, learningPair, seed, settings: { ...settings } },
    style: learned?.style ?? null,
    timings: {
      load: method.usesBundle ? (stage.loadSeconds ?? null) : null,
      pez: learned?.seconds.pez ?? null,
      learning: learned?.seconds.learning ?? null,
      inference: drawn.seconds,
    },
    losses: thinned(learned?.losses ?? []),
    ...{ images: drawn.images, set: drawn.set, setBySource: drawn.setBySource, notes: drawn.notes },
  }
}

const learningPairOf = ({ picture }: FramedPair, { folder }: Stage): LearningPair => ({
  stem: picture.stem,
  photo: join(folder.path, picture.photo),
  sketch: join(folder.path, picture.sketch),
})

const testPhoto = ({ pair, picture }: FramedPair, { folder, frame }: Stage) => ({
  stem: picture.stem,
  photo: join(folder.path, picture.photo),
  toFrame: (outside: Drawn['sketch']) => toFrame(outside, pair, frame),
})

interface DrawnAndScored extends Pick<Run, 'images' | 'set' | 'setBySource' | 'notes'> {
  /** Of one image. */
  seconds: number | null
}

/** Writes and scores pictures as they come. */
async function scoreAll(name: string, pictures: AsyncIterable<Drawn>, stage: Stage): Promise<DrawnAndScored> {
  const { bundle, folder, tests, normaliseContrast, networks, signal, onProgress } = stage
  const scorer = new Scorer(bundle, { normaliseContrast, networks })
  const images: RunImage[] = []
  const seconds: number[] = []
  const changes: Changes[] = []
  const own = new Map<string, number>()
  await folder.makeFolder(`pictures/${name}`)
  for await (const drawn of pictures) {
    const { picture } = tests[images.length] as FramedPair
    const file = `pictures/${name}/${picture.stem}.png`
    const scored = await score(scorer, drawn, picture, folder.path)
    await writeFileAtomically(join(folder.path, file), await encodePng(drawn.sketch))
    images.push({ stem: picture.stem, source: picture.source, file, scores: finite(scored) })
    changes.push(scored.changes)
    if (drawn.seconds !== null) seconds.push(drawn.seconds)
    if (drawn.note) own.set(drawn.note, (own.get(drawn.note) ?? 0) + 1)
    onProgress?.('drawing', images.length, tests.length)
    throwIfCancelled(signal, 'The benchmark was cancelled. It goes on when run again.')
  }
  const sources = [...new Set(images.map(({ source }) => source))]
  const setBySource: DrawnAndScored['setBySource'] = {}
  for (const source of sources.length > 1 ? sources : [])
    setBySource[source] = withoutInfinity(await scorer.set(source))
  return {
    images,
    seconds: seconds.length > 0 ? median(seconds) : null,
    set: withoutInfinity(await scorer.set()),
    setBySource,
    notes: [
      ...[...own].map(([note, count]) => `${count} of ${images.length} pictures ${note}.`),
      ...tellChanges(changes, { normaliseContrast }),
    ],
  }
}

async function score(
  scorer: Scorer,
  { sketch }: Drawn,
  picture: FramedPair['picture'],
  folder: string,
): Promise<ScoredPicture> {
  const [truth, photo] = await Promise.all([
    readImage(join(folder, picture.sketch)),
    readImage(join(folder, picture.photo)),
  ])
  return scorer.add(sketch, truth, { photo, source: picture.source })
}

/** JSON knows no infinity. */
function finite({ scores }: ScoredPicture): PictureScores {
  const all: PictureScores = {}
  for (const metric of METRIC_NAMES) {
    const value = scores[metric]
    if (value !== undefined) all[metric] = Number.isFinite(value) ? value : null
  }
  return all
}

function withoutInfinity(scores: SetScores): SetScores {
  const all: SetScores = {}
  for (const metric of METRIC_NAMES) {
    const score = scores[metric]
    if (!score) continue
    const infinite = score.value !== null && !Number.isFinite(score.value)
    all[metric] = infinite ? { ...score, value: null, note: 'infinite: a picture equals its sketch' } : score
  }
  return all
}

/** Losses kept of a run, at most. */
const CURVE = 500

function thinned(losses: Learned['losses']): Run['losses'] {
  const every = Math.ceil(losses.length / CURVE)
  return losses
    .filter((_, index) => index % every === 0 || index === losses.length - 1)
    .map(({ total, ...terms }) => ({ objective: total, ...terms }))
}
