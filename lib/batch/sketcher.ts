/** Photos in, sketches out: many at a time, each the same whatever batch it is in. */
import { createHash } from 'node:crypto'
import type { Bundle } from '../bundle/bundle.js'
import { type Image, readImage } from '../data/image.js'
import { readFile } from '../data/read-file.js'
import { type Fitted, fit } from '../data/resize.js'
import { generate, noiseFor } from '../diffusion/generate.js'
import { branchCoefficients, type Guidance } from '../diffusion/guidance.js'
import { NoiseSchedule } from '../diffusion/noise-schedule.js'
import { createSampler, type SamplerName } from '../diffusion/samplers/index.js'
import { invalidArgument, SilverpointError } from '../errors.js'
import { hybridInstruction } from '../style/hybrid.js'
import { imagesTensor } from '../style/pairs.js'
import type { Style } from '../style/style.js'
import { noGrad, scope, type Tensor, tensor } from '../torch/index.js'

export interface SketcherOptions {
  /** The learned style; without one, the text alone is the instruction. */
  style?: Style
  /** Plain text joined with the learned instruction. */
  optional?: string
  sampler?: SamplerName
  steps?: number
  guidance?: Guidance
  seed?: number
  /** Photos a call of the network. */
  batch?: number
  signal?: AbortSignal
}

/** A path, or the bytes of a picture's file. */
export type Photo = string | Buffer

export type SketchResult =
  | { index: number; photo: Photo; original: Image; sketch: Image; error?: undefined }
  | { index: number; photo: Photo; error: Error; sketch?: undefined }

/** What holds for every sketch of a Sketcher, as its PNG's metadata tells. */
export interface SketchParameters {
  style: string | null
  optional: string
  sampler: SamplerName
  steps: number
  guidance: Guidance
  seed: number
  batch: number
  weightsId: string
  dtype: string
  device: string
}

interface Prepared {
  index: number
  photo: Photo
  item: bigint
  original: Image
  fitted: Fitted
}

export class Sketcher {
  /** Chosen by measurement on the embedded bundle. */
  static readonly defaults = {
    sampler: 'dpm-solver++' as SamplerName,
    steps: 12,
    guidance: { text: 2.5, image: 1.5 },
    seed: 0,
    batch: 4,
  }

  readonly parameters: SketchParameters
  readonly #bundle: Bundle
  readonly #schedule: NoiseSchedule
  readonly #instruction: Tensor
  readonly #negative: Tensor
  readonly #signal: AbortSignal | undefined

  /** @throws STYLE_MISMATCH, TEXT_TOO_LONG, INVALID_ARGUMENT. */
  constructor(bundle: Bundle, options: SketcherOptions) {
    const { style, optional = '', signal, ...chosen } = options
    const settings = { ...Sketcher.defaults, ...defined(chosen) }
    if (!Number.isInteger(settings.batch) || settings.batch < 1)
      throw invalidArgument('batch', 'a whole number from 1', settings.batch)
    if (!Number.isSafeInteger(settings.seed)) throw invalidArgument('seed', 'a whole number', settings.seed)
    this.#bundle = bundle
    this.#signal = signal
    this.#schedule = new NoiseSchedule(bundle.manifest.schedule)
    // Both are made anew for every batch: here they refuse what makes no sense.
    createSampler(settings.sampler, this.#schedule, settings.steps)
    branchCoefficients(settings.guidance)
    this.#instruction = scope(() =>
      style ? hybridInstruction(bundle, style, optional) : bundle.text.encode(optional).context,
    )
    this.#negative = scope(() => bundle.text.encode('').context)
    this.parameters = {
      ...settings,
      style: style?.hash ?? null,
      optional,
      weightsId: bundle.manifest.weightsId,
      dtype: bundle.dtype,
      device: bundle.device,
    }
  }

  /**
   * Sketches photos in order. A photo that can't be read gives a result with its error; the others go on. The next
   * batch is decoded while one is drawn; nothing is read further ahead of what the caller has taken.
   * @throws CANCELLED between batches, and whatever the networks throw.
   */
  async *sketch(photos: Iterable<Photo> | AsyncIterable<Photo>): AsyncGenerator<SketchResult> {
    const batches = this.#batches(photos)
    let next = batches.next()
    while (true) {
      const { value: batch, done } = await next
      if (done) return
      if (this.#signal?.aborted) throw new SilverpointError('CANCELLED', 'Sketching was cancelled.')
      next = batches.next()
      // A failure of the next batch is met when its turn comes.
      next.catch(() => {})
      yield* await this.#draw(batch)
    }
  }

  dispose(): void {
    for (const owned of [this.#schedule, this.#instruction, this.#negative]) owned.dispose()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose()
  }

  async *#batches(
    photos: Iterable<Photo> | AsyncIterable<Photo>,
  ): AsyncGenerator<(Prepared | SketchResult)[]> {
    let batch: Promise<Prepared | SketchResult>[] = []
    let index = 0
    for await (const photo of photos) {
      batch.push(this.#prepare(photo, index++))
      if (batch.length < this.parameters.batch) continue
      yield await Promise.all(batch)
      batch = []
    }
    if (batch.length > 0) yield await Promise.all(batch)
  }

  async #prepare(photo: Photo, index: number): Promise<Prepared | SketchResult> {
    try {
      const bytes = typeof photo === 'string' ? await readFile(photo) : photo
      const original = await readImage(bytes, typeof photo === 'string' ? { name: photo } : {})
      const fitted = await fit(original, this.#bundle.manifest.resolution)
      return { index, photo, item: itemOf(bytes), original, fitted }
    } catch (error) {
      return { index, photo, error: error as Error }
    }
  }

  async #draw(batch: readonly (Prepared | SketchResult)[]): Promise<SketchResult[]> {
    const readable = batch.filter((one): one is Prepared => 'fitted' in one)
    const drawn = readable.length > 0 ? await this.#generate(readable) : []
    const sketched = new Map(readable.map((one, row) => [one.index, drawn[row] as Image]))
    return Promise.all(
      batch.map(async (one) => {
        if (!('fitted' in one)) return one
        const { index, photo, original, fitted } = one
        return { index, photo, original, sketch: await fitted.undo(sketched.get(index) as Image) }
      }),
    )
  }

  async #generate(prepared: readonly Prepared[]): Promise<Image[]> {
    const { unet, vae, device, manifest } = this.#bundle
    const { sampler: name, steps, guidance, seed } = this.parameters
    const rows = (one: Tensor) => one.expand([prepared.length, -1, -1])
    const side = manifest.resolution
    const images = scope(() =>
      noGrad(() => {
        const photos = imagesTensor(
          prepared.map(({ fitted }) => fitted.image),
          this.#bundle,
        )
        const items = tensor(
          BigInt64Array.from(prepared, ({ item }) => item),
          [prepared.length],
        )
        const shape = [prepared.length, ...vae.latentShape(side)]
        const latents = generate(unet, createSampler(name, this.#schedule, steps), guidance, {
          photoLatents: vae.mode(photos),
          context: rows(this.#instruction),
          negative: rows(this.#negative),
          noise: noiseFor(shape, seed, items, device),
        })
        return vae.decode(latents)
      }),
    )
    const pixels = (await images.toArray()) as Float32Array
    images.dispose()
    const length = 3 * side * side
    return prepared.map((_, row) => ({
      width: side,
      height: side,
      data: pixels.subarray(row * length, (row + 1) * length),
    }))
  }
}

/** A photo's own number, from its bytes: the same photo gets the same noise wherever and beside whatever it lies. */
function itemOf(bytes: Buffer): bigint {
  return createHash('sha256').update(bytes).digest().readBigInt64LE(0)
}

/** Without the options that were passed as undefined. */
function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>
}
