import { type Evaluation, evaluateFolders } from '../../benchmark/evaluate.js'
import { evaluationCsv, evaluationText } from '../../benchmark/evaluation-tables.js'
import { requireWritable, writeFileAtomically } from '../../data/write-file.js'
import { ExitCode } from '../exit-codes.js'
import type { MetricsOptions, ModelOptions } from '../options.js'
import type { Output } from '../output.js'
import { Progress } from '../progress.js'
import { openBundle } from './open-bundle.js'
import { openNetworks } from './open-networks.js'

interface EvaluateCliOptions extends ModelOptions, MetricsOptions {
  normaliseContrast?: boolean
  csv?: string
}

export async function evaluate(
  predictions: string,
  truths: string,
  options: EvaluateCliOptions,
  output: Output,
): Promise<void> {
  if (options.csv) await requireWritable(options.csv)
  await using bundle = await openBundle(options, output)
  using networks = await openNetworks(options, bundle, output)
  let progress: Progress | undefined
  const evaluation = await evaluateFolders(bundle, predictions, truths, {
    normaliseContrast: options.normaliseContrast ?? false,
    networks,
    onPicture: (done, total) => {
      progress ??= new Progress(output, 'scoring', total)
      progress.update(done)
    },
  }).finally(() => progress?.stop())
  tellProblems(evaluation, output)
  tellScores(evaluation, output)
  if (options.csv) await writeFileAtomically(options.csv, Buffer.from(evaluationCsv(evaluation)))
  const { pictures, failed, missing } = evaluation
  if (pictures.length === 0) process.exitCode = ExitCode.failed
  else if (failed.length + missing.predictions.length + missing.truths.length > 0)
    process.exitCode = ExitCode.partial
}

function tellProblems({ failed, missing, notes }: Evaluation, output: Output): void {
  for (const { name, error } of failed) output.warn(`not scored: ${name}: ${error.message}`)
  for (const path of missing.predictions) output.warn(`no prediction for ${path}`)
  for (const path of missing.truths) output.warn(`no truth for ${path}`)
  for (const note of notes) output.note(note)
}

function tellScores(evaluation: Evaluation, output: Output): void {
  const { pictures, set, failed, missing, notes } = evaluation
  const overall = {
    ...{ what: 'overall', count: pictures.length, scores: set, missing, notes },
    failed: failed.map(({ name, error: { code, message } }) => ({ name, code, message })),
  }
  if (output.json) for (const picture of pictures) output.result('', { what: 'picture', ...picture })
  output.result(evaluationText(evaluation), overall)
}
