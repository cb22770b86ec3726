/** What is scored of two grey pictures alone, without a network. */
import type { Reasons, Scores } from './catalogue.js'
import { fsim } from './fsim.js'
import type { GreyImage } from './grey.js'
import { msSsim, SMALLEST_SIDE } from './ms-ssim.js'
import { psnr } from './psnr.js'
import { scoot } from './scoot.js'
import { ssim } from './ssim.js'

/** @throws INVALID_ARGUMENT for pictures of two sizes, or with sides below 11 px. */
export async function pictureScores(
  prediction: GreyImage,
  truth: GreyImage,
): Promise<{ scores: Scores; reasons: Reasons }> {
  // Its transforms run on the engine's thread while this one does the rest.
  const feature = fsim(prediction, truth)
  // Should another fail first, that one is reported.
  feature.catch(() => {})
  const side = Math.min(truth.width, truth.height)
  const multiScale: { scores?: Scores; reasons: Reasons } =
    side < SMALLEST_SIDE
      ? { reasons: { 'ms-ssim': `needs sides of at least ${SMALLEST_SIDE} px, has ${side}` } }
      : { scores: { 'ms-ssim': msSsim(prediction, truth) }, reasons: {} }
  const scores: Scores = {
    ssim: ssim(prediction, truth),
    ...multiScale.scores,
    psnr: psnr(prediction, truth),
    scoot: scoot(prediction, truth),
    fsim: await feature,
  }
  return { scores, reasons: multiScale.reasons }
}
