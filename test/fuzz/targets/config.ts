import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { applyConfig } from '../../../lib/cli/config-values.js'
import { createProgram } from '../../../lib/cli/program.js'
import { mutateBytes } from '../bytes.js'
import { mutateJson } from '../json.js'
import { ensure, type Target } from '../target.js'

const CONFIG = {
  shared: { device: 'cpu', threads: 1, seed: 7 },
  learn: { recipe: 'default', text: 'a sketch', steps: 20 },
  sketch: { optional: 'in red chalk', sampler: 'ddim', batch: 2, recursive: true, exclude: ['*.tmp'] },
}

/** What the file says is given to the two commands with the most options. */
export const config: Target = {
  name: 'config',
  weight: 10,
  async open(folder) {
    const file = join(folder, 'silverpoint.config.json')
    const whole = JSON.stringify(CONFIG)
    return {
      make: (random) =>
        random.chance(0.3)
          ? mutateBytes(random, [Buffer.from(whole)])
          : Buffer.from(mutateJson(random, whole)),
      async read(input) {
        await writeFile(file, input)
        const program = createProgram()
        for (const name of ['learn', 'sketch']) {
          const command = program.commands.find((command) => command.name() === name)!
          await applyConfig(file, command, program)
          const numbers = Object.values(command.opts()).filter((value) => typeof value === 'number')
          ensure(numbers.every(Number.isFinite), 'a number that is not finite')
        }
      },
    }
  },
}
