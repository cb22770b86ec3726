import { Palette } from '../../../lib/style/palette.js'
import type { Provenance } from '../../../lib/style/provenance.js'
import { recipe } from '../../../lib/style/recipe.js'
import { Style } from '../../../lib/style/style.js'
import { ensure, type Target } from '../target.js'
import { mutateMetadata, mutateSafetensors } from './safetensors.js'

const provenance = (): Provenance => ({
  ...{ bundle: 'tiny', weightsId: 'a'.repeat(64), start: 1, end: 3, text: 'a sketch', textFrom: 'user' },
  ...{ recipeName: 'default', recipe: { ...recipe('default') }, seed: 0, step: 1 },
  ...{ pairs: [{ photo: 'b'.repeat(64), sketch: 'c'.repeat(64) }] },
  ...{ dtype: 'float32', device: 'cpu', silverpoint: '0.1.0' },
})

/** With a palette and without. */
const samples = () =>
  [undefined, new Palette(Float32Array.from({ length: 6 }, (_, i) => i / 6))].map(
    (palette) => new Style(Float32Array.from({ length: 12 }, Math.sin), [4, 3], provenance(), palette),
  )

export const styles: Target = {
  name: 'style',
  weight: 30,
  async open() {
    const corpus = samples().map((style) => Buffer.from(style.serialise()))
    const mutateHeader = mutateMetadata('provenance')
    return {
      make: (random) => mutateSafetensors(random, corpus, mutateHeader),
      read(input) {
        const read = Style.parse(input, 'input')
        const { start, end, step, seed } = read.provenance
        const [tokens, width] = read.shape
        const colours = read.palette?.colours.length ?? 6
        ensure(colours >= 6 && colours % 3 === 0, 'a palette of no colours')
        ensure(read.instruction.length === tokens * width, 'another number of values than its shape says')
        ensure(start >= 1 && start < end && end < tokens, 'rows outside the instruction')
        ensure([step, seed].every(Number.isSafeInteger), 'a step or a seed that is no whole number')
        ensure(Style.parse(read.serialise(), 'again').hash === read.hash, 'another hash once written')
      },
    }
  },
}
