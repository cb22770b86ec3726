/** Scores of a folder of predictions against a folder of truths. */
import { basename } from 'node:path'
import type { Bundle } from '../bundle/bundle.js'
import { readImage } from '../data/image.js'
import { type Match, matchStems } from '../data/match-stems.js'
import { SilverpointError } from '../errors.js'
import type { Reasons, Scores } from '../metrics/catalogue.js'
import { type Changes, tellChanges } from '../metrics/comparable.js'
import { Scorer, type ScorerOptions } from '../metrics/scorer.js'
import type { SetScores } from '../metrics/set-scores.js'

/** A prediction that was scored. */
export interface EvaluatedPicture {
  /** The path of both files below their folders, without its ending. */
  name: string
  prediction: string
  truth: string
  scores: Scores
  /** Why those are missing that are missing in `scores`. */
  reasons: Reasons
}

/** What evaluateFolders found. */
export interface Evaluation {
  pictures: EvaluatedPicture[]
  /** Of all pictures that could be scored. */
  set: SetScores
  /** Pairs that could not be scored, and why. */
  failed: { name: string; error: SilverpointError }[]
  /** Truths without a prediction, and predictions without a truth. */
  missing: { predictions: string[]; truths: string[] }
  /** What was done to make pictures comparable, and with what they were compared. */
  notes: string[]
}

/** How folders are compared, and whom that tells. */
export interface EvaluateOptions extends ScorerOptions {
  /** Told of every pair that was looked at. */
  onPicture?: (done: number, total: number) => void
}

/** What `silverpoint sketch` writes beside its sketches. */
const CONTACT_SHEET = /^contact-sheet(-\d+of\d+)?\.png$/

/**
 * Scores every picture of a folder, and of the folders in it, against the truth of the same name, whatever both end in; and
 * all of them as a set. How they get there: see metrics.comparable.
 * @param bundle whose CLIP says how similar pictures are; it stays the caller's.
 * @returns scores, and what was done and left out: a picture that cannot be read or compared is told of there.
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE; INVALID_ARGUMENT for a folder without pictures, for one with two files of one name, and
 * where no names match.
 */
export async function evaluateFolders(
  bundle: Bundle,
  predictions: string,
  truths: string,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { matched, onlyFirst, onlySecond } = await matchStems(predictions, truths)
  const scorer = new Scorer(bundle, options)
  const pictures: EvaluatedPicture[] = []
  const failed: Evaluation['failed'] = []
  const changes: Changes[] = []
  for (const [index, match] of matched.entries()) {
    try {
      const { changes: changed, ...scored } = await scoreMatch(scorer, match)
      pictures.push({ name: match.stem, prediction: match.first, truth: match.second, ...scored })
      changes.push(changed)
    } catch (error) {
      if (!(error instanceof SilverpointError)) throw error
      failed.push({ name: match.stem, error })
    }
    options.onPicture?.(index + 1, matched.length)
  }
  return {
    ...{ pictures, failed, set: await scorer.set() },
    missing: {
      predictions: onlySecond,
      truths: onlyFirst.filter((path) => !CONTACT_SHEET.test(basename(path))),
    },
    notes: [...tellChanges(changes, options), `CLIP is that of the bundle ${bundle.manifest.name}.`],
  }
}

async function scoreMatch(scorer: Scorer, { first, second }: Match) {
  const [prediction, truth] = await Promise.all([readImage(first), readImage(second)])
  return scorer.add(prediction, truth)
}
