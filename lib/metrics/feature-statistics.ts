import { invalidArgument } from '../errors.js'
import { scope, type Tensor, tensor } from '../torch/index.js'
import { type Features, joinFeatures, requireFeatures, toTensor } from './features.js'

/** Rows that are put into the sums together: of single ones, most of the time would go into moving the sums. */
const BLOCK = 256

/** Over JavaScript's memory, which no scope frees; written by the engine alone. */
interface Sums {
  count: number
  /** [width] */
  mean: Float64Array
  /** Of the outer products of differences from the mean: [width, width]. */
  scatter: Float64Array
}

/**
 * Mean and covariance of features that come bit by bit, in one pass and double precision (Chan, Golub and LeVeque's update):
 * its memory is a square of the features' width and 256 rows, whatever their number.
 */
export class FeatureStatistics {
  readonly width: number
  #sums: Sums | undefined
  /** Fewer than BLOCK rows that are not in the sums yet. */
  #waiting: Features[] = []
  #count = 0

  /**
   * Of no pictures yet.
   * @param width numbers a picture.
   */
  constructor(width: number) {
    this.width = width
  }

  /** Pictures that were added. */
  get count(): number {
    return this.#count
  }

  /**
   * @param features are not copied: do not write to them afterwards.
   * @throws INVALID_ARGUMENT for features of another width, none, or some that are no finite numbers.
   */
  add(features: Features): void {
    requireFeatures('features', features)
    if (features.width !== this.width)
      throw invalidArgument('features', `${this.width} numbers a picture`, features.width)
    this.#waiting.push(features)
    this.#count += features.count
    if (this.#count - (this.#sums?.count ?? 0) >= BLOCK) this.#sum()
  }

  /**
   * Adds all that was added to another, whose sums and their own make those of the whole: nothing is approximated.
   * @throws INVALID_ARGUMENT for features of another width.
   */
  merge(other: FeatureStatistics): void {
    if (other.width !== this.width)
      throw invalidArgument('statistics', `${this.width} numbers a picture`, other.width)
    if (other.#sums) {
      const { count, mean, scatter } = other.#sums
      scope(() => this.#join(count, vector(mean), square(scatter)))
      this.#count += count
    }
    for (const features of other.#waiting) this.add(features)
  }

  /**
   * Mean [width] and unbiased covariance [width, width], both float64 on the CPU.
   * @throws INVALID_ARGUMENT for fewer than 2 pictures.
   */
  moments(): { mean: Tensor; covariance: Tensor } {
    requireSeveral('statistics', this)
    return scope(() => {
      const { mean, scatter } = this.#sum()
      return { mean: vector(mean).clone(), covariance: square(scatter).div(this.#count - 1) }
    })
  }

  /** Puts the rows that wait into the sums. */
  #sum(): Sums {
    if (this.#waiting.length > 0) {
      const rows = joinFeatures(this.#waiting)
      this.#waiting = []
      scope(() => {
        const values = toTensor(rows)
        const mean = values.mean([0])
        const centred = values.sub(mean)
        this.#join(rows.count, mean, centred.transpose(0, 1).matmul(centred))
      })
    }
    return this.#sums as Sums
  }

  /** Puts the sums of other pictures to the own. */
  #join(added: number, theirs: Tensor, scatter: Tensor): void {
    const { width } = this
    this.#sums ??= { count: 0, mean: new Float64Array(width), scatter: new Float64Array(width * width) }
    const before = this.#sums.count
    const total = before + added
    const mean = vector(this.#sums.mean)
    const shift = theirs.sub(mean)
    square(this.#sums.scatter)
      .add_(scatter)
      .add_(outer(shift, shift).mul((before * added) / total))
    mean.add_(shift.mul(added / total))
    this.#sums.count = total
  }
}

const outer = (a: Tensor, b: Tensor) => a.unsqueeze(1).matmul(b.unsqueeze(0))
const vector = (data: Float64Array): Tensor => tensor(data, [data.length])
const square = (data: Float64Array): Tensor => vector(data).reshape([Math.sqrt(data.length), -1])

export function requireSeveral(what: string, { count }: FeatureStatistics): void {
  if (count < 2) throw invalidArgument(what, 'at least 2 pictures', count)
}
