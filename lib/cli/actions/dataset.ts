import { assembleOsSketch } from '../../data/datasets/assemble-os-sketch.js'
import { checkDataset, flawsOf } from '../../data/datasets/check.js'
import { type DatasetOptions, openDataset } from '../../data/datasets/dataset.js'
import type { Source } from '../../data/datasets/os-sketch.js'
import { ExitCode } from '../exit-codes.js'
import { interruptible } from '../interrupt.js'
import type { Output } from '../output.js'
import { Progress } from '../progress.js'
import { reportText } from './dataset-report.js'

interface CheckOptions extends DatasetOptions {
  landmarks?: boolean
}

export async function check(folder: string, options: CheckOptions, output: Output): Promise<void> {
  const { layout, split, landmarks } = options
  const dataset = await openDataset(folder, { layout, split })
  const progress = new Progress(output, 'checking', dataset.pairs.length)
  const report = await interruptible(output, (signal) =>
    checkDataset(dataset, { landmarks, signal, onPair: (done) => progress.update(done) }),
  ).finally(() => progress.stop())
  output.result(reportText(report), report)
  if (flawsOf(report) > 0) process.exitCode = ExitCode.partial
}

type OsSketchOptions = Record<Source, string> & { lists?: string; output: string }

export async function makeOsSketch(options: OsSketchOptions, output: Output): Promise<void> {
  const { lists, output: folder, cufs, cufsf, wildsketch, internet } = options
  let progress: Progress | undefined
  const { pairs } = await interruptible(output, (signal) =>
    assembleOsSketch({ cufs, cufsf, wildsketch, internet }, lists, folder, {
      signal,
      onWarning: (message) => output.warn(message),
      onPair: (done, total) => {
        progress ??= new Progress(output, 'aligning', total)
        progress.update(done)
      },
    }),
  ).finally(() => progress?.stop())
  const aligned = pairs.filter((pair) => pair.aligned).length
  output.result(`${folder}  ${pairs.length} pairs, ${aligned} aligned by landmarks`, {
    ...{ folder, pairs: pairs.length, aligned },
  })
}
