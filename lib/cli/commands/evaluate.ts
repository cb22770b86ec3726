import { Command } from 'commander'
import { examples } from '../examples.js'
import { lazily } from '../lazily.js'
import { withMetrics, withModel } from '../options.js'

export const evaluateCommand = (): Command =>
  withModel(withMetrics(new Command('evaluate')))
    .description('score sketches against those of the artist, by name')
    .argument('<predictions>', 'a folder of sketches')
    .argument('<truths>', "a folder of the artist's sketches, named alike whatever the ending")
    .option('--normalise-contrast', 'compare in grey with the contrast raised, as OS-Sketch is scored')
    .option('--csv <file>', 'also write the scores to a CSV file')
    .addHelpText(
      'after',
      examples(
        'silverpoint evaluate out/ truth/',
        'silverpoint evaluate out/ truth/ --normalise-contrast --csv scores.csv',
        'silverpoint evaluate out/ truth/ --metrics-bundle metrics/    # LPIPS, FID and KID too',
        'silverpoint evaluate out/ truth/ --json | jq \'select(.what == "overall").scores.ssim\'',
      ),
    )
    .action(lazily(async () => (await import('../actions/evaluate.js')).evaluate))
