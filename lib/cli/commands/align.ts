import { Command } from 'commander'
import { examples } from '../examples.js'
import { lazily } from '../lazily.js'

export const alignCommand = (): Command =>
  new Command('align')
    .description('bring a photo into the frame of a sketch of it, by the landmarks of both faces')
    .argument('<photo>', 'the photo')
    .argument('<sketch>', 'the sketch of it')
    .requiredOption('-o, --output <folder>', 'where photo.png, sketch.png and alignment.png are written')
    .addHelpText(
      'after',
      examples(
        'silverpoint align photo.jpg sketch.png -o aligned/    # look at aligned/alignment.png',
        'silverpoint learn aligned/photo.png aligned/sketch.png -o style.safetensors',
      ),
    )
    .action(lazily(async () => (await import('../actions/align.js')).align))
