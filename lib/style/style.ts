/** A style: what was learned from a pair, in a file that others can check. */
import { createHash } from 'node:crypto'
import type { Bundle } from '../bundle/bundle.js'
import {
  parseSafetensors,
  readSafetensors,
  type SafetensorsFile,
  type StoredTensor,
  serialiseSafetensors,
} from '../data/safetensors.js'
import { writeFileAtomically } from '../data/write-file.js'
import { SilverpointError } from '../errors.js'
import { type Tensor, tensor } from '../torch/index.js'
import { Palette } from './palette.js'
import { invalidStyle, type Provenance, parseProvenance, provenanceMetadata } from './provenance.js'

/**
 * A manner of drawing, learned from a pair by {@link learnStyle}: a small file of safetensors, bound to the weights it was
 * learned with.
 *
 * @example
 * ```ts
 * await style.save('conte.safetensors')
 * const same = await Style.load('conte.safetensors')
 * ```
 */
export class Style {
  /** [tokens, width] in row-major order: the text encoder's output with the learned rows in place. */
  readonly instruction: Float32Array
  /** Rows and columns of the instruction: 77 and 768 for Stable Diffusion 1.5. */
  readonly shape: readonly [tokens: number, width: number]
  /** Where it comes from. */
  readonly provenance: Provenance
  /** The colours that its drawings, black on white as the bundle makes them, are given. */
  readonly palette: Palette | undefined

  /** From what learning gave. To read a file: {@link Style.load}. */
  constructor(
    instruction: Float32Array,
    shape: readonly [number, number],
    provenance: Provenance,
    palette?: Palette,
  ) {
    this.instruction = instruction
    this.shape = shape
    this.provenance = provenance
    this.palette = palette
  }

  /** Reads a file. @throws FILE_NOT_FOUND, SAFETENSORS_INVALID, STYLE_INVALID. */
  static async load(path: string): Promise<Style> {
    return Style.#from(await readSafetensors(path), path)
  }

  /** Reads the bytes of a file; `name` is what errors call it. @throws SAFETENSORS_INVALID, STYLE_INVALID. */
  static parse(bytes: Uint8Array, name: string): Style {
    return Style.#from(parseSafetensors(bytes, name), name)
  }

  static #from({ tensors, metadata }: SafetensorsFile, path: string): Style {
    const provenance = parseProvenance(metadata, path)
    const { values, shape } = matrixOf(tensors, 'instruction', '[tokens, width]', path)
    if (provenance.end >= shape[0]) throw invalidStyle(path, `end below ${shape[0]}`, String(provenance.end))
    const palette = tensors.palette ? new Palette(coloursOf(tensors, path)) : undefined
    return new Style(values, shape, provenance, palette)
  }

  /** The bytes of its file; the same style always gives the same. */
  serialise(): Uint8Array {
    const { instruction, shape, palette, provenance } = this
    return serialiseSafetensors({
      tensors: {
        instruction: storedOf(instruction, shape),
        ...(palette && { palette: storedOf(palette.colours, [palette.colours.length / 3, 3]) }),
      },
      metadata: provenanceMetadata(provenance),
    })
  }

  /** Writes its file. @throws WRITE_FAILED; an older file at `path` is then as it was. */
  async save(path: string): Promise<void> {
    await writeFileAtomically(path, this.serialise())
  }

  /** SHA-256 of the file, which names the style in whatever was made with it. */
  get hash(): string {
    return createHash('sha256').update(this.serialise()).digest('hex')
  }

  /** The instruction for a bundle's networks: [1, tokens, width]. @throws STYLE_MISMATCH for other weights. */
  context(bundle: Bundle): Tensor {
    const { weightsId, name } = bundle.manifest
    if (this.provenance.weightsId !== weightsId) {
      throw new SilverpointError(
        'STYLE_MISMATCH',
        `Expected a style learned with the weights of the bundle ${name} (${weightsId.slice(0, 12)}) but received one of ${this.provenance.bundle} (${this.provenance.weightsId.slice(0, 12)}). Use the bundle it was learned with, or learn the style again.`,
      )
    }
    return tensor(this.instruction, [1, ...this.shape], { dtype: 'float32', device: bundle.device })
  }
}

const storedOf = (
  { buffer, byteOffset, byteLength }: Float32Array,
  shape: readonly number[],
): StoredTensor => ({
  dtype: 'float32',
  shape: [...shape],
  data: new Uint8Array(buffer, byteOffset, byteLength),
})

/** @throws STYLE_INVALID where there is no such matrix of finite numbers. */
function matrixOf(
  tensors: SafetensorsFile['tensors'],
  name: string,
  wanted: string,
  path: string,
): { values: Float32Array; shape: [number, number] } {
  const stored = tensors[name]
  const [rows, columns] = stored?.shape ?? []
  if (stored?.dtype !== 'float32' || stored.shape.length !== 2 || !rows || !columns) {
    const got = stored ? `${stored.dtype} [${stored.shape}]` : 'none'
    throw invalidStyle(path, `a tensor "${name}" of float32 ${wanted}`, got)
  }
  // A copy: the file's bytes need not be aligned.
  const values = new Float32Array(new Uint8Array(stored.data).buffer)
  if (!values.every(Number.isFinite)) throw invalidStyle(path, 'finite numbers', 'NaN or infinity')
  return { values, shape: [rows, columns] }
}

function coloursOf(tensors: SafetensorsFile['tensors'], path: string): Float32Array {
  const { values, shape } = matrixOf(tensors, 'palette', '[colours, 3]', path)
  if (shape[0] < 2 || shape[1] !== 3)
    throw invalidStyle(path, 'a tensor "palette" of at least 2 colours in 3 channels', `[${shape}]`)
  return values
}
