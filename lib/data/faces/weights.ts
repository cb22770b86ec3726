/** The weights of face-api's networks (@vladmandic/face-api, MIT), as its package has them: TensorFlow.js' 8-bit files. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SilverpointError } from '../../errors.js'
import { packageRequire } from '../../torch/native.js'

/** A weight as PyTorch lays it out: [out, in, height, width] of a convolution, [in, out] of a matrix. */
export interface Weight {
  shape: number[]
  data: Float32Array
}

/** By name, as the file calls them. */
export type Weights = ReadonlyMap<string, Weight>

/** An entry of a manifest of TensorFlow.js. A value of `quantization` is byte * scale + min. */
interface Spec {
  name: string
  shape: number[]
  quantization?: { scale: number; min: number }
}

/** @throws OPERATION_FAILED where the package's files can't be read. */
export function readWeights(model: string): Weights {
  try {
    return read(model)
  } catch (cause) {
    throw new SilverpointError(
      'OPERATION_FAILED',
      `Expected to look for faces but ${(cause as Error).message}. Install silverpoint again, or pass --crop none.`,
      { cause },
    )
  }
}

function read(model: string): Weights {
  const folder = join(dirname(packageRequire().resolve('@vladmandic/face-api/package.json')), 'model')
  const manifest = readFileSync(join(folder, `${model}-weights_manifest.json`), 'utf8')
  const parts: { weights: Spec[] }[] = JSON.parse(manifest)
  const bytes: Uint8Array = readFileSync(join(folder, `${model}.bin`))
  const weights = new Map<string, Weight>()
  let at = 0
  for (const spec of parts.flatMap((part) => part.weights)) {
    const size = spec.shape.reduce((product, side) => product * side, 1)
    const end = at + size * (spec.quantization ? 1 : 4)
    weights.set(spec.name, arranged(spec, valuesOf(spec, bytes.subarray(at, end))))
    at = end
  }
  return weights
}

function valuesOf({ quantization }: Spec, bytes: Uint8Array): Float32Array {
  if (!quantization) return new Float32Array(new Uint8Array(bytes).buffer)
  const { scale, min } = quantization
  const values = new Float32Array(bytes.length)
  for (let i = 0; i < bytes.length; i++) values[i] = (bytes[i] as number) * scale + min
  return values
}

/** TensorFlow's convolutions are [height, width, in, out]; where each channel has its own, [height, width, channels, 1]. */
function arranged({ name, shape }: Spec, data: Float32Array): Weight {
  if (shape.length !== 4) return { shape, data }
  const [height, width, inner, out] = (
    name.endsWith('depthwise_filter') ? [shape[0], shape[1], shape[3], shape[2]] : shape
  ) as [number, number, number, number]
  const taps = height * width
  const moved = new Float32Array(data.length)
  for (let tap = 0, from = 0; tap < taps; tap++)
    for (let i = 0; i < inner; i++)
      for (let o = 0; o < out; o++, from++) moved[(o * inner + i) * taps + tap] = data[from] as number
  return { shape: [out, inner, height, width], data: moved }
}
