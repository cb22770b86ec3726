import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { repeatedKey } from '../lib/data/json.js'
import {
  parseSafetensors,
  readSafetensors,
  type SafetensorsFile,
  serialiseSafetensors,
} from '../lib/data/safetensors.js'

const PYTHON = new URL('fixtures/python.safetensors', import.meta.url).pathname

/** A file of a header as it is given and so many zero bytes of tensors. */
function fileOf(header: string | object, bytes: number, length?: bigint): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const start = Buffer.alloc(8)
  start.writeBigUInt64LE(length ?? BigInt(text.length))
  return Buffer.concat([start, text, Buffer.alloc(bytes)])
}

const entry = (begin: number, end: number, shape = [end - begin], dtype = 'U8') => ({
  dtype,
  shape,
  data_offsets: [begin, end],
})

const bytesOf = (array: Float32Array | BigInt64Array | Float64Array) => new Uint8Array(array.buffer)

describe('a safetensors file of the reference implementation', () => {
  it('is read with every dtype', async () => {
    const { tensors, metadata } = await readSafetensors(PYTHON)
    expect(metadata).toEqual({ 'made by': 'safetensors of Python, é\n' })
    const read = Object.fromEntries(
      Object.entries(tensors).map(([name, { dtype, shape, data }]) => [name, [dtype, shape, [...data]]]),
    )
    expect(read).toEqual({
      double: ['float64', [2], [...bytesOf(Float64Array.of(1.5, -2))]],
      single: ['float32', [2, 3], [...bytesOf(Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25))]],
      half: ['float16', [2], [0x00, 0x38, 0xff, 0x7b]],
      brain: ['bfloat16', [2, 1], [0x80, 0x3f, 0x40, 0xc0]],
      whole: ['int64', [2], [...bytesOf(BigInt64Array.of(2n ** 62n, -1n))]],
      bytes: ['uint8', [3], [0, 127, 255]],
      truth: ['bool', [2], [1, 0]],
      scalar: ['float32', [], [...bytesOf(Float32Array.of(3.25))]],
      empty: ['float32', [0, 4], []],
      'name "quoted" é': ['float32', [1], [...bytesOf(Float32Array.of(7))]],
    })
  })

  it('is written with the same bytes', async () => {
    const bytes = await readFile(PYTHON)
    expect(Buffer.from(serialiseSafetensors(parseSafetensors(bytes, 'python'))).equals(bytes)).toBe(true)
  })
})

describe('serialiseSafetensors', () => {
  it('does not depend on the order in which things were put in, and comes back the same', () => {
    const a = { dtype: 'uint8' as const, shape: [3], data: Uint8Array.of(1, 2, 3) }
    const b = { dtype: 'float32' as const, shape: [2, 1], data: bytesOf(Float32Array.of(4, 5)) }
    const bytes = serialiseSafetensors({ tensors: { a, b, 2: a, 10: a }, metadata: { x: '1', y: '2' } })
    expect(serialiseSafetensors({ tensors: { 10: a, b, 2: a, a }, metadata: { y: '2', x: '1' } })).toEqual(
      bytes,
    )
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
    expect(length % 8).toBe(0)
    const header = new TextDecoder().decode(bytes.subarray(8, 8 + length))
    expect([...header.matchAll(/"(\w+)":{"d/g)].map(([, name]) => name)).toEqual(['b', '10', '2', 'a'])
    const back = parseSafetensors(bytes, 'it')
    expect({ ...back.tensors }).toEqual({ a, b, 2: a, 10: a })
    expect({ ...back.metadata }).toEqual({ x: '1', y: '2' })
  })

  it('writes and reads a file of nothing', () => {
    const bytes = serialiseSafetensors({ tensors: {}, metadata: {} })
    expect(Object.keys(parseSafetensors(bytes, 'nothing').tensors)).toEqual([])
  })

  it('refuses what would make a file that cannot be read', () => {
    const refused = (file: unknown) => expect(() => serialiseSafetensors(file as SafetensorsFile))
    const tensor = { dtype: 'float32', shape: [2], data: new Uint8Array(8) }
    refused({ tensors: { t: { ...tensor, shape: [3] } }, metadata: {} }).toThrow(
      /Expected 12 bytes .*received 8/,
    )
    refused({ tensors: { t: { ...tensor, dtype: 'int32' } }, metadata: {} }).toThrow(/a dtype .*"int32"/)
    refused({ tensors: { __metadata__: tensor }, metadata: {} }).toThrow(/kept for metadata/)
  })
})

describe('names that mean something to JavaScript', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']

  it('are names like any other', () => {
    const header = `{"__metadata__":{"__proto__":"text"},${names
      .map((name, i) => `"${name}":${JSON.stringify(entry(i, i + 1))}`)
      .join(',')}}`
    const file = parseSafetensors(fileOf(header, 4), 'names')
    expect(Object.keys(file.tensors)).toEqual(names)
    expect(Object.entries(file.metadata)).toEqual([['__proto__', 'text']])
    expect(({} as Record<string, unknown>).dtype).toBeUndefined()
    expect(Object.keys(parseSafetensors(serialiseSafetensors(file), 'again').tensors).sort()).toEqual(
      [...names].sort(),
    )
  })

  it('are not there when the file does not have them', () => {
    const { tensors, metadata } = parseSafetensors(fileOf({ a: entry(0, 1) }, 1), 'names')
    for (const name of names) expect([tensors[name], metadata[name]]).toEqual([undefined, undefined])
  })
})

describe('a damaged safetensors file', () => {
  const whole = fileOf({ a: entry(0, 4), b: entry(4, 8) }, 8)
  const twice = `{"a":${JSON.stringify(entry(0, 1))},"\\u0061":${JSON.stringify(entry(0, 1))}}`
  const cases: [string, Uint8Array, RegExp][] = [
    ['of no bytes', new Uint8Array(0), /8 bytes of header length .* 0 bytes in all/],
    ['of less than a header length', whole.subarray(0, 7), /8 bytes of header length .* 7 bytes in all/],
    ['cut off in the header', whole.subarray(0, 40), /a header of \d+ bytes .*only 32 bytes follow/],
    ['cut off in the tensors', whole.subarray(0, -1), /8 bytes of tensors .*there are 7/],
    ['with bytes too many', Buffer.concat([whole, Buffer.alloc(1)]), /8 bytes of tensors .*there are 9/],
    ['of text', Buffer.from('This is not a safetensors file.'), /at most 100000000 bytes/],
    ['with a header longer than the file', fileOf('{}', 0, 3n), /a header of 3 bytes .*only 2 bytes follow/],
    ['with a huge header', fileOf('{}', 0, 100_000_001n), /at most 100000000 bytes .*says 100000001/],
    ['with the longest header length', fileOf('{}', 0, 2n ** 64n - 1n), /says 18446744073709551615/],
    ['with bad JSON', fileOf('{"a":', 0), /a JSON header .*does not parse/],
    ['with bad UTF-8', fileOf('{"\xff":1}', 0).map((byte) => (byte === 0xc3 ? 0xff : byte)), /a JSON header/],
    ['with a byte order mark', fileOf('\ufeff{}', 0), /a JSON header/],
    ['with no object as header', fileOf('[]', 0), /begins with \{ .*begins with \[/],
    ['with space before the header', fileOf(' {}', 0), /begins with \{/],
    ['with a name twice', fileOf(twice, 1), /each key once .*"a" is there twice/],
    [
      'with a key twice in a tensor',
      fileOf('{"a":{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}}', 1),
      /"shape" is there twice/,
    ],
    [
      'with metadata twice',
      fileOf('{"__metadata__":{},"__metadata__":{}}', 0),
      /"__metadata__" is there twice/,
    ],
    ['with metadata that is no object', fileOf({ __metadata__: ['x'] }, 0), /an object of strings/],
    ['with metadata that is no text', fileOf({ __metadata__: { x: 1 } }, 0), /an object of strings/],
    ['with a tensor that is no object', fileOf({ a: 1 }, 0), /an object for tensor "a"/],
    ['with a tensor that is null', fileOf({ a: null }, 0), /an object for tensor "a"/],
    [
      'without a dtype',
      fileOf({ a: { shape: [1], data_offsets: [0, 1] } }, 1),
      /as dtype of "a" .*undefined/,
    ],
    ['with an unknown dtype', fileOf({ a: entry(0, 4, [1], 'C64') }, 4), /one of I64, F64, .* it is "C64"/],
    ['with a dtype of JavaScript', fileOf({ a: entry(0, 4, [1], 'toString') }, 4), /it is "toString"/],
    [
      'without a shape',
      fileOf({ a: { dtype: 'U8', data_offsets: [0, 1] } }, 1),
      /as shape of "a" .*undefined/,
    ],
    ['with a negative side', fileOf({ a: entry(0, 1, [-1, -1]) }, 1), /sides from 0 .* \[-1,-1\]/],
    ['with half a side', fileOf({ a: entry(0, 1, [0.5, 2]) }, 1), /sides from 0 .* \[0.5,2\]/],
    ['with a side past the whole numbers', fileOf({ a: entry(0, 1, [2 ** 53]) }, 1), /sides from 0/],
    [
      'with more sides than a tensor can have',
      fileOf({ a: entry(0, 1, Array(65).fill(1)) }, 1),
      /at most 64 sides .* it has 65/,
    ],
    [
      'with a side of text',
      fileOf('{"a":{"dtype":"U8","shape":["1"],"data_offsets":[0,1]}}', 1),
      /sides from 0/,
    ],
    [
      'of a shape past all memory',
      fileOf({ a: entry(0, 1, [2 ** 52, 2 ** 52]) }, 1),
      /2\.02\S* bytes for "a"/,
    ],
    ['without data_offsets', fileOf({ a: { dtype: 'U8', shape: [1] } }, 1), /a begin and an end .*undefined/],
    ['with one offset', fileOf({ a: { ...entry(0, 1), data_offsets: [0] } }, 1), /a begin and an end/],
    [
      'with three offsets',
      fileOf({ a: { ...entry(0, 1), data_offsets: [0, 1, 2] } }, 1),
      /a begin and an end/,
    ],
    [
      'with negative offsets',
      fileOf({ a: { ...entry(0, 1), data_offsets: [-1, 0] } }, 1),
      /a begin and an end/,
    ],
    ['with offsets backwards', fileOf({ a: entry(1, 0, [1]) }, 1), /1 bytes for "a" .* span -1/],
    [
      'with offsets that disagree with the shape',
      fileOf({ a: entry(0, 8, [3], 'F32') }, 8),
      /12 bytes .* span 8/,
    ],
    [
      'with tensors that overlap',
      fileOf({ a: entry(0, 4), b: entry(2, 6) }, 6),
      /"b" to begin at byte 4 .*overlaps/,
    ],
    ['with one place used twice', fileOf({ a: entry(0, 4), b: entry(0, 4) }, 4), /overlaps the one before/],
    ['with a hole', fileOf({ a: entry(0, 4), b: entry(5, 8) }, 8), /"b" to begin at byte 4 .*a hole, at 5/],
    ['with a hole at the start', fileOf({ a: entry(1, 4) }, 4), /"a" to begin at byte 0 .*a hole/],
    [
      'with offsets past the end',
      fileOf({ a: entry(0, 4), b: entry(4, 90) }, 8),
      /90 bytes of tensors .*are 8/,
    ],
  ]

  it.each([
    ['a dtype', `"dtype":DEEP,"shape":[1],"data_offsets":[0,1]`],
    ['a shape', `"dtype":"U8","shape":DEEP,"data_offsets":[0,1]`],
    ['offsets', `"dtype":"U8","shape":[1],"data_offsets":DEEP`],
  ])('with %s nested past the stack, or as long as a book, is refused in few words', (_, entry) => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    for (const value of [deep, `"${'x'.repeat(100_000)}"`, `[${'2,'.repeat(50_000)}2]`]) {
      const damaged = () => parseSafetensors(fileOf(`{"a":{${entry.replace('DEEP', value)}}}`, 1), 'deep')
      expect(damaged).toThrow(expect.objectContaining({ code: 'SAFETENSORS_INVALID' }))
      expect(damaged).toThrow(/^.{60,600}$/)
    }
  })

  it.each(cases)('%s is refused', (_, bytes, message) => {
    const damaged = () => parseSafetensors(bytes, 'conte.safetensors')
    expect(damaged).toThrow(
      expect.objectContaining({ name: 'SilverpointError', code: 'SAFETENSORS_INVALID' }),
    )
    expect(damaged).toThrow(message)
    expect(damaged).toThrow(/^Expected .* in conte\.safetensors but .* fetch or make it again\.$/)
  })

  it('is named by its path when it is read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'silverpoint-safetensors-'))
    const path = join(folder, 'cut.safetensors')
    await writeFile(path, whole.subarray(0, 20))
    await expect(readSafetensors(path)).rejects.toThrow(path)
    await rm(folder, { recursive: true })
  })

  it('that is none, or a folder, has its own error', async () => {
    await expect(readSafetensors('no/such.safetensors')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    await expect(readSafetensors(tmpdir())).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  })
})

describe('repeatedKey', () => {
  it('looks at keys only, each in its own object', () => {
    expect(repeatedKey('{"a":"a","b":["b","b:","{"],"c":{"a":"}\\"","c\\\\":{}}}')).toBeUndefined()
    expect(repeatedKey('{"a":{"b":1,"c":{},"b" : 2}}')).toBe('b')
  })

  it('stands long texts', () => {
    expect(repeatedKey(`{"a":"${'x\\"'.repeat(3_000_000)}","a":1}`)).toBe('a')
  })
})
