/**
 * A network of face-api's on the compute thread, recorded with its first call: its operators are many, and so small that a second thread
 * takes longer to wake than it helps.
 */
import { AsyncResource } from 'node:async_hooks'
import { noGrad, type Program, record, type Tensor, tensor, zeros } from '../../torch/index.js'
import { Layers } from './layers.js'
import { readWeights } from './weights.js'

interface Recorded {
  /** [1, side, side, 3]: what a call looks at. */
  input: Tensor
  program: Program<Tensor>
}

export class Network {
  readonly #model: string
  readonly #forward: (layers: Layers, picture: Tensor) => Tensor
  #layers: Layers | undefined
  readonly #recorded = new Map<number, Recorded>()
  // They outlive the scope that one is first asked for in.
  readonly #inOwnScope = AsyncResource.bind((make: () => Recorded) => make())

  /**
   * @param model what its files are called.
   * @param forward of a picture [1, 3, side, side], its channels innermost, as pooling is quickest with them.
   */
  constructor(model: string, forward: (layers: Layers, picture: Tensor) => Tensor) {
    this.#model = model
    this.#forward = forward
  }

  /** @param square [side, side, 3] @throws OPERATION_FAILED where its weights can't be read. */
  async run(square: Float32Array, side: number): Promise<Float32Array> {
    const { input, program } = this.#of(side)
    using picture = tensor(square, [1, side, side, 3])
    input.copy_(picture)
    // Read before the next call is queued.
    const [, values] = await Promise.all([program.run(), program.outputs.toArray()])
    return values as Float32Array
  }

  #of(side: number): Recorded {
    const found = this.#recorded.get(side) ?? this.#inOwnScope(() => this.#record(side))
    this.#recorded.set(side, found)
    return found
  }

  #record(side: number): Recorded {
    this.#layers ??= new Layers(readWeights(this.#model))
    const layers = this.#layers
    const input = zeros([1, side, side, 3])
    const forward = () => this.#forward(layers, input.permute([0, 3, 1, 2]))
    const program = noGrad(() => record(forward, { threads: 1 }))
    return { input, program }
  }
}
