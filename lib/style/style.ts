/** A style: what was learned from a pair, in a file that others can check. */
import { createHash } from 'node:crypto'
import type { Bundle } from '../bundle/bundle.js'
import {
  parseSafetensors,
  readSafetensors,
  type SafetensorsFile,
  serialiseSafetensors,
} from '../data/safetensors.js'
import { writeFileAtomically } from '../data/write-file.js'
import { SilverpointError } from '../errors.js'
import { type Tensor, tensor } from '../torch/index.js'
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

  /** From what learning gave. To read a file: {@link Style.load}. */
  constructor(instruction: Float32Array, shape: readonly [number, number], provenance: Provenance) {
    this.instruction = instruction
    this.shape = shape
    this.provenance = provenance
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
    const stored = tensors.instruction
    const [tokens, width] = stored?.shape ?? []
    if (stored?.dtype !== 'float32' || stored.shape.length !== 2 || !tokens || !width) {
      const got = stored ? `${stored.dtype} [${stored.shape}]` : 'none'
      throw invalidStyle(path, `a tensor "instruction" of float32 [tokens, width]`, got)
    }
    if (provenance.end >= tokens) throw invalidStyle(path, `end below ${tokens}`, String(provenance.end))
    // A copy: the file's bytes need not be aligned.
    const values = new Float32Array(new Uint8Array(stored.data).buffer)
    if (!values.every(Number.isFinite)) throw invalidStyle(path, 'finite numbers', 'NaN or infinity')
    return new Style(values, [tokens, width], provenance)
  }

  /** The bytes of its file; the same style always gives the same. */
  serialise(): Uint8Array {
    const { buffer, byteOffset, byteLength } = this.instruction
    const data = new Uint8Array(buffer, byteOffset, byteLength)
    return serialiseSafetensors({
      tensors: { instruction: { dtype: 'float32', shape: [...this.shape], data } },
      metadata: provenanceMetadata(this.provenance),
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
