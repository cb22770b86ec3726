/**
 * A network of face-api's on the compute thread, recorded with its first call: its operators are many, and so small that a second thread
 * takes longer to wake than it helps.
 */
import { unscoped } from '../../torch/engine.js'
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
    // They outlive the scope that one is first asked for in.
    const { input, program } = this.#recorded.get(side) ?? unscoped(() => this.#record(side))
    using picture = tensor(square, [1, side, side, 3])
    input.copy_(picture)
    // Read before the next call is queued.
    const [, values] = await Promise.all([program.run(), program.outputs.toArray()])
    return values as Float32Array
  }

  #record(side: number): Recorded {
    this.#layers ??= new Layers(readWeights(this.#model))
    const layers = this.#layers
    const input = zeros([1, side, side, 3])
    const forward = () => this.#forward(layers, input.permute([0, 3, 1, 2]))
    const recorded = { input, program: noGrad(() => record(forward, { threads: 1 })) }
    this.#recorded.set(side, recorded)
    return recorded
  }
}
