import { Command } from 'commander'
import { alignFiles } from '../../data/align-files.js'
import { withJson } from '../options.js'
import { Output } from '../output.js'

export function alignCommand(): Command {
  const command = new Command('align')
    .description('bring a photo into the frame of a sketch of it, by the landmarks of both faces')
    .argument('<photo>', 'the photo')
    .argument('<sketch>', 'the sketch of it')
    .requiredOption('-o, --output <folder>', 'where photo.png, sketch.png and alignment.png are written')
    .addHelpText(
      'after',
      `
Example:
  silverpoint align photo.jpg sketch.png -o aligned/    # look at aligned/alignment.png
  silverpoint learn aligned/photo.png aligned/sketch.png -o style.safetensors
`,
    )
  return withJson(command).action(
    async (photo: string, sketch: string, options: { output: string; json?: boolean }) => {
      const output = new Output(options)
      const aligned = await alignFiles(photo, sketch, options.output)
      output.result([aligned.photo, aligned.sketch, aligned.picture].join('\n'), aligned)
    },
  )
}
