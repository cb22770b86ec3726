import { readFile } from 'node:fs/promises'
import { parseSafetensors, serialiseSafetensors } from '../../../lib/data/safetensors.js'
import { fixture } from '../../helpers.js'
import { mutateBytes } from '../bytes.js'
import { mutateJson } from '../json.js'
import type { Random } from '../random.js'
import { ensure, type Target } from '../target.js'

export const safetensors: Target = {
  name: 'safetensors',
  weight: 40,
  async open() {
    const bytes = new Uint8Array(8)
    const small = serialiseSafetensors({
      tensors: {
        a: { dtype: 'float32', shape: [2], data: bytes },
        b: { dtype: 'uint8', shape: [8], data: bytes },
      },
      metadata: { format: 'pt' },
    })
    const corpus = [await readFile(fixture('python.safetensors')), Buffer.from(small)]
    return {
      make: (random) => mutateSafetensors(random, corpus),
      read(input) {
        const file = parseSafetensors(input, 'input')
        const again = parseSafetensors(serialiseSafetensors(file), 'again')
        const names = Object.keys(file.tensors)
        ensure(Object.keys(again.tensors).length === names.length, 'not all tensors come back')
        for (const name of names) {
          const [one, other] = [file.tensors[name]!, again.tensors[name]]
          ensure(Buffer.from(one.data).equals(other?.data ?? Buffer.of()), `other bytes of ${name}`)
        }
      },
    }
  },
}

/** Damage to the bytes, or to the header in a file that is otherwise whole. */
export function mutateSafetensors(
  random: Random,
  corpus: readonly Buffer[],
  mutateHeader = mutateJson,
): Buffer {
  if (random.chance(0.4)) return mutateBytes(random, corpus)
  const bytes = random.pick(corpus)
  const end = 8 + Number(bytes.readBigUInt64LE(0))
  const header = Buffer.from(mutateHeader(random, bytes.toString('utf8', 8, end)))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, header, bytes.subarray(end)])
}

/** Damage to a metadata text that is JSON itself, to its header's otherwise. */
export const mutateMetadata =
  (key: string) =>
  (random: Random, header: string): string => {
    if (random.chance(0.3)) return mutateJson(random, header)
    const parsed = JSON.parse(header)
    parsed.__metadata__[key] = mutateJson(random, parsed.__metadata__[key])
    return JSON.stringify(parsed)
  }
