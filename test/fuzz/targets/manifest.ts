import { readFile } from 'node:fs/promises'
import { parseManifest, REQUIRED_ROLES } from '../../../lib/bundle/manifest.js'
import { fixture } from '../../helpers.js'
import { mutateBytes } from '../bytes.js'
import { mutateJson } from '../json.js'
import { ensure, type Target } from '../target.js'

export const manifest: Target = {
  name: 'bundle.json',
  weight: 40,
  async open() {
    const whole = await readFile(fixture('tiny/bundle.json'))
    return {
      make: (random) =>
        random.chance(0.3) ? mutateBytes(random, [whole]) : Buffer.from(mutateJson(random, whole.toString())),
      read(input) {
        const { roles, ...numbers } = parseManifest(input.toString(), 'bundle.json')
        for (const role of REQUIRED_ROLES)
          ensure(/^[\w-][\w.-]*$/.test(roles[role]!.file), `the file of ${role}`)
        ensure(numbersIn(numbers).every(Number.isFinite), 'a number that is not finite')
        ensure(numbers.text.tokens <= 2 ** 20 && numbers.resolution <= 2 ** 20, 'sizes past all memory')
      },
    }
  },
}

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : []
}
