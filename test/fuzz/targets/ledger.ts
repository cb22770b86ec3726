import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ledger, type LedgerEntry, readLedgers } from '../../../lib/batch/ledger.js'
import { mutateBytes } from '../bytes.js'
import { mutateJson } from '../json.js'
import type { Random } from '../random.js'
import { ensure, type Target } from '../target.js'

const entry = (n: number): LedgerEntry => ({
  ...{ photo: `${n}.jpg`, output: `${n}.png`, inputHash: 'a'.repeat(64), style: 'b'.repeat(64) },
  ...{ parametersHash: 'c'.repeat(64), seed: n, seconds: 0.5 },
  ...(n % 3 === 2 && { error: { code: 'IMAGE_INVALID', message: 'Expected a whole picture' } }),
})

export const ledger: Target = {
  name: 'ledger',
  weight: 20,
  async open(folder) {
    const path = join(folder, 'ledger.jsonl')
    const whole = await Ledger.open(path, [entry(0)], 'first')
    await whole.append([1, 2, 3].map(entry))
    await whole.append([4, 5].map(entry))
    await whole.close()
    const bytes = await readFile(path)
    return {
      make: (random) =>
        random.chance(0.5) ? mutateBytes(random, [bytes]) : mutateLine(random, bytes.toString()),
      async read(input) {
        await writeFile(path, input)
        const found = await readLedgers(folder)
        for (const [output, { photo, seed }] of found)
          ensure(
            typeof output + typeof photo + typeof seed === 'stringstringnumber',
            'an entry of other types',
          )
        const opened = await Ledger.open(path, [], 'fuzz')
        await opened.append([entry(7)])
        await opened.close()
        const after = await readLedgers(folder)
        ensure(
          [...found.keys(), '7.png'].every((output) => after.has(output)),
          'an entry is lost by going on',
        )
        await rm(path)
      },
    }
  },
}

function mutateLine(random: Random, text: string): Buffer {
  const lines = text.split('\n')
  const at = random.below(lines.length - 1)
  return Buffer.from(lines.map((line, i) => (i === at ? mutateJson(random, line) : line)).join('\n'))
}
