import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadCheckpoint, saveCheckpoint } from '../../../lib/style/checkpoint.js'
import { ensure, type Target } from '../target.js'
import { mutateMetadata, mutateSafetensors } from './safetensors.js'

export const checkpoint: Target = {
  name: 'checkpoint',
  weight: 20,
  async open(folder) {
    const path = join(folder, 'checkpoint.safetensors')
    const settings = { weightsId: 'a'.repeat(64), recipe: { steps: 2 }, text: null, seed: 5 }
    await saveCheckpoint(path, settings, {
      tensors: { rows: { dtype: 'float32', shape: [1, 2, 3], data: new Uint8Array(24) } },
      state: { text: 'a sketch', history: [[1, 0.5, 0.25, 0.25]], best: { step: 1, score: 0.5 } },
    })
    const corpus = [await readFile(path)]
    const [ofState, ofSettings] = [mutateMetadata('state'), mutateMetadata('settings')]
    return {
      make: (random) => mutateSafetensors(random, corpus, random.pick([ofState, ofSettings])),
      async read(input) {
        await writeFile(path, input)
        const loaded = await loadCheckpoint(path, settings)
        const { text, history, best } = loaded!.state
        ensure(typeof text === 'string', 'no text')
        ensure(
          history.every((step) => step.length === 4 && step.every((value) => typeof value === 'number')),
          'losses of a step that are not four numbers',
        )
        ensure(best === null || Number.isSafeInteger(best.step), 'a best step that is no whole number')
      },
    }
  },
}
