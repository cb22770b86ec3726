import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bundle, loadBundle } from '../lib/bundle/bundle.js'
import { parseSafetensors, serialiseSafetensors } from '../lib/data/safetensors.js'
import { hybridInstruction } from '../lib/style/hybrid.js'
import { Palette } from '../lib/style/palette.js'
import type { Provenance } from '../lib/style/provenance.js'
import { recipe } from '../lib/style/recipe.js'
import { Style } from '../lib/style/style.js'
import { fixture } from './helpers.js'

let bundle: Bundle
let folder: string

beforeAll(async () => {
  bundle = await loadBundle(fixture('tiny'), { device: 'cpu', dtype: 'float32' })
  folder = await mkdtemp(join(tmpdir(), 'silverpoint-style-'))
})
afterAll(async () => {
  bundle.dispose()
  await rm(folder, { recursive: true })
})

/** A style of the tiny bundle whose row r holds the value r everywhere, the end token in row 6. */
function styleOf(changes: Partial<Provenance> = {}): Style {
  const { tokens, width } = bundle.manifest.text
  const rows = Float32Array.from({ length: tokens * width }, (_, i) => Math.floor(i / width))
  return new Style(rows, [tokens, width], {
    bundle: 'tiny',
    weightsId: bundle.manifest.weightsId,
    start: 1,
    end: 6,
    text: 'a pencil sketch',
    textFrom: 'user',
    recipeName: 'default',
    recipe: { ...recipe('default') },
    seed: 3,
    step: 40,
    pairs: [{ photo: 'aa', sketch: 'bb' }],
    dtype: 'float32',
    device: 'cpu',
    silverpoint: '0.1.0',
    ...changes,
  })
}

describe('a style file', () => {
  it('comes back as it was saved, with the same hash', async () => {
    const path = join(folder, 'one.safetensors')
    const style = styleOf()
    await style.save(path)
    const loaded = await Style.load(path)
    expect(loaded.instruction).toEqual(style.instruction)
    expect(loaded.provenance).toEqual(style.provenance)
    expect(loaded.hash).toBe(style.hash)
  })

  it('keeps the colours that its drawings are given', () => {
    const { instruction, shape, provenance, hash } = styleOf()
    const palette = new Palette(Float32Array.of(0, 0, 0, 0.75, 0.5, 0.25))
    const style = new Style(instruction, shape, provenance, palette)
    expect(Style.parse(style.serialise(), 'colours').palette).toEqual(palette)
    expect(style.hash).not.toBe(hash)
  })

  it.each([[[1, 3]], [[3, 2]]])('with colours of the shape [%s] is refused', (shape) => {
    const { tensors, metadata } = parseSafetensors(styleOf().serialise(), 'style')
    const data = new Uint8Array(4 * shape[0]! * shape[1]!)
    const bytes = serialiseSafetensors({
      tensors: { ...tensors, palette: { dtype: 'float32', shape, data } },
      metadata,
    })
    expect(() => Style.parse(bytes, 'colours')).toThrow(
      `Expected a tensor "palette" of at least 2 colours in 3 channels in the style colours but received [${shape}]`,
    )
  })

  it('of other weights is refused, naming both', async () => {
    const other = styleOf({ weightsId: 'f'.repeat(64), bundle: 'ip2p' })
    expect(() => other.context(bundle)).toThrow(
      expect.objectContaining({
        code: 'STYLE_MISMATCH',
        message: expect.stringMatching(/received one of ip2p \(ffffffffffff\)/),
      }),
    )
  })

  const damaged: [string, (bytes: Buffer) => Uint8Array, string, RegExp][] = [
    [
      'a header length beyond the file',
      (b) => Buffer.concat([Buffer.from([0, 202, 154, 59, 0, 0, 0, 0]), b.subarray(8)]),
      'SAFETENSORS_INVALID',
      /./,
    ],
    ['a cut-off end', (b) => b.subarray(0, b.length - 7), 'SAFETENSORS_INVALID', /./],
    ['no instruction', (b) => without(b, 'instruction'), 'STYLE_INVALID', /"instruction" .* received none/],
    ['another format', (b) => metadata(b, { format: 'x' }), 'STYLE_INVALID', /format silverpoint-style 1/],
    ['provenance that is no JSON', (b) => metadata(b, { provenance: '{' }), 'STYLE_INVALID', /JSON/],
    [
      'provenance without its weights',
      (b) => metadata(b, { provenance: JSON.stringify({ ...styleOf().provenance, weightsId: 5 }) }),
      'STYLE_INVALID',
      /string for weightsId/,
    ],
    [
      'learned rows beyond the tokens',
      (b) => metadata(b, { provenance: JSON.stringify({ ...styleOf().provenance, end: 77 }) }),
      'STYLE_INVALID',
      /end below 77/,
    ],
  ]
  it.each(damaged)('with %s is refused', async (_what, damage, code, message) => {
    const path = join(folder, 'damaged.safetensors')
    await writeFile(path, damage(Buffer.from(styleOf().serialise())))
    const error = await Style.load(path).catch((e) => e)
    expect(error).toMatchObject({ name: 'SilverpointError', code })
    expect(error.message).toMatch(message)
    expect(error.message).toContain(path)
  })

  it('with numbers that are none is refused', async () => {
    const style = styleOf()
    style.instruction[5] = Number.NaN
    expect(() => Style.parse(style.serialise(), 'nan')).toThrow(/finite numbers/)
  })

  it('that is not there is FILE_NOT_FOUND', async () => {
    await expect(Style.load(join(folder, 'none.safetensors'))).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    })
  })

  it('is opened by the safetensors format alone: no code, one tensor, text around it', async () => {
    const path = join(folder, 'plain.safetensors')
    await styleOf().save(path)
    const { tensors, metadata } = parseSafetensors(await readFile(path), path)
    expect(Object.keys(tensors)).toEqual(['instruction'])
    expect(metadata).toMatchObject({ format: 'silverpoint-style', version: '1' })
  })
})

describe('the hybrid instruction', () => {
  it('is the learned one where there is no optional text', async () => {
    const style = styleOf()
    expect(await hybridInstruction(bundle, style).toArray()).toEqual(style.instruction)
  })

  it("takes the optional text's rows [0, eos) from the end token + 2 on; every other row stays", async () => {
    const style = styleOf()
    const { width } = bundle.manifest.text
    const optional = bundle.text.encode('black and white')
    const encoded = await optional.context.toArray()
    const joined = await hybridInstruction(bundle, style, 'black and white').toArray()
    const row = (values: ArrayLike<unknown>, index: number) =>
      Array.from(values as Float32Array).slice(index * width, (index + 1) * width)
    expect(optional.eos).toBe(4)
    for (let position = 0; position < 77; position++) {
      const copied = position >= 8 && position < 12
      const wanted = copied ? row(encoded, position - 8) : row(style.instruction, position)
      expect(row(joined, position)).toEqual(wanted)
    }
  })

  it('refuses an optional text that does not fit beside the learned one, and says what would', () => {
    const long = Array(69).fill('a').join(' ')
    expect(() => hybridInstruction(bundle, styleOf(), long)).toThrow(
      expect.objectContaining({
        code: 'TEXT_TOO_LONG',
        message: expect.stringMatching(/at most 68 tokens .* received 69/),
      }),
    )
    expect(() => hybridInstruction(bundle, styleOf(), Array(68).fill('a').join(' '))).not.toThrow()
    expect(() => hybridInstruction(bundle, styleOf(), Array(90).fill('a').join(' '))).toThrow(/do not fit/)
  })
})

function without(bytes: Uint8Array, name: string): Uint8Array {
  const file = parseSafetensors(bytes, 'x')
  delete file.tensors[name]
  return serialiseSafetensors(file)
}

function metadata(bytes: Uint8Array, changes: Record<string, string>): Uint8Array {
  const file = parseSafetensors(bytes, 'x')
  return serialiseSafetensors({ ...file, metadata: { ...file.metadata, ...changes } })
}
