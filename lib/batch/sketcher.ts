/** Photos in, sketches out: many at a time, each the same whatever batch it is in. */
import { createHash } from 'node:crypto'
import type { Bundle } from '../bundle/bundle.js'
import { type Framed, framePhoto } from '../data/face-framing.js'
import type { Image } from '../data/image.js'
import { readFile } from '../data/read-file.js'
import { type Fitted, fit } from '../data/resize.js'
import { generate, noiseFor } from '../diffusion/generate.js'
import { branchesOfStep } from '../diffusion/guidance.js'
import { NoiseSchedule } from '../diffusion/noise-schedule.js'
import { RecordedUNets } from '../diffusion/recorded-unet.js'
import { createSampler } from '../diffusion/samplers/index.js'
import { invalidArgument } from '../errors.js'
import { throwIfCancelled, unlessCancelled } from '../style/cancel.js'
import { imagesOf, imagesTensor } from '../style/pairs.js'
import { cat, noGrad, scope, type Tensor, tensor } from '../torch/index.js'
import { inHalves } from './in-halves.js'
import { Instructions, type Wish } from './instructions.js'
import { type SketchParameters, type SketchSettings, sketchParameters } from './parameters.js'
import { isItem, type Photo, type Photos, type SketchItem, type SketchResult } from './photos.js'

/** What a Sketcher draws in, and whom it tells. */
export interface SketcherOptions extends SketchSettings {
  /** Ends sketching, with CANCELLED, when the batch that is being drawn is done. */
  signal?: AbortSignal
  /** Most pixels a photo may have; one of more gets the error IMAGE_INVALID. Default: 100 million. */
  pixelLimit?: number
  /** Told when memory did not suffice for a batch: how many photos are drawn at once from now on. */
  onSmallerBatch?: (batch: number) => void
  /** Told what lets a photo's sketch be less than it could: a face that is too small. */
  onWarning?: (message: string) => void
}

interface Prepared {
  index: number
  photo: Photo
  inputHash: string
  wish: Wish
  framed: Framed
  fitted: Fitted
}

/** Prepared side by side with those after it. */
interface Batch {
  prepared: Promise<(Prepared | SketchResult)[]>
}

const CANCELLED = 'Sketching was cancelled.'
/**
 * Batches that are prepared, or being prepared, beside the one that is drawn: a face's box and its landmarks each wait for a batch. Of
 * whole photos, which take more memory, only the next one.
 */
const AHEAD = { crop: 3, whole: 1 }

/**
 * Draws photos in a style with a bundle's networks. Several may share one bundle, and be at work at the same time. Free it
 * by `dispose()` or `await using`, before the bundle.
 *
 * @example
 * ```ts
 * await using sketcher = new Sketcher(bundle, { style: await Style.load('conte.safetensors') })
 * for await (const { photo, sketch, parameters, error } of sketcher.sketch(['a.jpg', 'b.jpg'])) {
 *   if (error) console.error(`${photo}: ${error.message}`)
 *   else await writeFile(`${photo}.sketch.png`, await encodePng(sketch, parameters))
 * }
 * ```
 */
export class Sketcher {
  /** What photos are drawn with, unless an item says otherwise: the settings, with all defaults filled in. */
  readonly parameters: SketchParameters
  readonly #bundle: Bundle
  readonly #schedule: NoiseSchedule
  readonly #wish: Wish
  readonly #instructions: Instructions
  readonly #negative: Tensor
  /** On a GPU. */
  readonly #recorded: RecordedUNets | undefined
  readonly #signal: AbortSignal | undefined
  readonly #pixelLimit: number | undefined
  readonly #onSmallerBatch: ((batch: number) => void) | undefined
  readonly #onWarning: ((message: string) => void) | undefined
  #batch: number

  /** @throws STYLE_MISMATCH, TEXT_TOO_LONG, INVALID_ARGUMENT. */
  constructor(bundle: Bundle, options: SketcherOptions = {}) {
    const { signal, pixelLimit, onSmallerBatch, onWarning, ...settings } = options
    const { manifest, device, askedDtype } = bundle
    const parameters = sketchParameters({ manifest, device, dtype: askedDtype }, settings)
    const { batch, seed, sampler, steps, guidance, optional } = parameters
    if (!Number.isInteger(batch) || batch < 1) throw invalidArgument('batch', 'a whole number from 1', batch)
    if (!Number.isSafeInteger(seed)) throw invalidArgument('seed', 'a whole number', seed)
    this.#bundle = bundle
    this.#signal = signal
    this.#pixelLimit = pixelLimit
    this.#onSmallerBatch = onSmallerBatch
    this.#onWarning = onWarning
    this.#batch = batch
    this.#schedule = new NoiseSchedule(bundle.manifest.schedule)
    // Both are made anew for every batch: here they refuse what makes no sense.
    createSampler(sampler, this.#schedule, steps)
    branchesOfStep(guidance, 0, steps)
    this.#wish = { style: settings.style, optional }
    this.#instructions = new Instructions(bundle)
    this.#instructions.of(this.#wish)
    this.#negative = scope(() => bundle.text.encode('').context)
    if (device !== 'cpu') this.#recorded = new RecordedUNets(bundle)
    this.parameters = parameters
  }

  /**
   * Sketches photos in order. A photo that can't be read or drawn gives a result with its error; the others go on. The
   * next three batches are decoded while one is drawn (the next one, where whole photos are kept); nothing is read further
   * ahead of what the caller has taken. A caller that leaves the loop closes the source.
   * @throws CANCELLED between batches, and whatever the networks or the source throw.
   */
  async *sketch(photos: Photos): AsyncGenerator<SketchResult> {
    for await (const batch of this.sketchBatches(photos)) yield* batch
  }

  /** As `sketch`, the results of a batch together. */
  async *sketchBatches(photos: Photos): AsyncGenerator<SketchResult[]> {
    const { crop, outputFrame } = this.parameters
    const kept = crop === 'face' && outputFrame === 'crop' ? AHEAD.crop : AHEAD.whole
    const batches = this.#batches(photos)
    const ahead: ReturnType<typeof batches.next>[] = []
    try {
      while (true) {
        while (ahead.length <= kept) {
          const later = batches.next()
          // A failure is met when its batch's turn comes.
          later.catch(() => {})
          ahead.push(later)
        }
        const next = ahead.shift() as (typeof ahead)[number]
        const { value: batch, done } = await unlessCancelled(next, this.#signal, CANCELLED)
        if (done) return
        const prepared = await unlessCancelled(batch.prepared, this.#signal, CANCELLED)
        throwIfCancelled(this.#signal, CANCELLED)
        yield await this.#draw(prepared)
      }
    } finally {
      // Not awaited: the source may be waiting for a photo that never comes.
      batches.return(undefined).catch(() => {})
    }
  }

  /** Frees what it holds on the device. Not while it sketches. */
  dispose(): void {
    this.#instructions[Symbol.dispose]()
    for (const owned of [this.#schedule, this.#negative, this.#recorded]) owned?.dispose()
  }

  /** For `await using`: as dispose(). */
  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose()
  }

  async *#batches(photos: Photos): AsyncGenerator<Batch> {
    let batch: Promise<Prepared | SketchResult>[] = []
    let index = 0
    for await (const photo of photos) {
      batch.push(this.#prepare(isItem(photo) ? photo : { photo }, index++))
      if (batch.length < this.#batch) continue
      yield { prepared: Promise.all(batch) }
      batch = []
    }
    if (batch.length > 0) yield { prepared: Promise.all(batch) }
  }

  async #prepare(item: SketchItem, index: number): Promise<Prepared | SketchResult> {
    const { photo, style = this.#wish.style, optional = this.#wish.optional } = item
    let inputHash: string | undefined
    try {
      const bytes = typeof photo === 'string' ? await readFile(photo) : photo
      inputHash = createHash('sha256').update(bytes).digest('hex')
      const { resolution } = this.#bundle.manifest
      const name = typeof photo === 'string' ? photo : undefined
      const framed = await framePhoto(bytes, resolution, this.parameters, {
        name,
        pixelLimit: this.#pixelLimit,
        onWarning: this.#onWarning,
      })
      const fitted = await fit(framed.image, resolution)
      return { index, photo, inputHash, wish: { style, optional }, framed, fitted }
    } catch (error) {
      return { index, photo, inputHash, error: error as Error }
    }
  }

  async #draw(batch: readonly (Prepared | SketchResult)[]): Promise<SketchResult[]> {
    using instructions = new Instructions(this.#bundle, this.#instructions)
    const drawn = new Map<number, Image | Error>()
    const ready = batch.filter((one): one is Prepared => {
      if (!('fitted' in one)) return false
      try {
        return instructions.of(one.wish) !== undefined
      } catch (error) {
        drawn.set(one.index, error as Error)
        return false
      }
    })
    const images = await inHalves(
      ready,
      (part) => this.#generate(part, instructions),
      (size) => this.#shrink(size),
    )
    for (const [row, { index }] of ready.entries()) drawn.set(index, images[row] as Image | Error)
    return Promise.all(
      batch.map(async (one) => {
        if (!('fitted' in one)) return one
        const { index, photo, inputHash, framed, fitted } = one
        const image = drawn.get(index) as Image | Error
        if (image instanceof Error) return { index, photo, inputHash, error: image }
        const parameters = this.#parametersOf(one)
        const placed = await framed.undo(await fitted.undo(image))
        const sketch = one.wish.style?.palette?.inColours(placed) ?? placed
        return { index, photo, inputHash, original: framed.original, parameters, sketch }
      }),
    )
  }

  async #generate(prepared: readonly Prepared[], instructions: Instructions): Promise<Image[]> {
    const { manifest, unet } = this.#bundle
    const recorded = this.#recorded
    try {
      using images = this.#queue(prepared, instructions, recorded?.of(prepared.length) ?? unet)
      await recorded?.settled()
      return await imagesOf(images, manifest.resolution)
    } catch (error) {
      // Its inputs are spoilt; and the memory of its graphs may be what was missing.
      recorded?.dispose()
      throw error
    }
  }

  /** [B, 3, H, W] in [-1, 1] */
  #queue(
    prepared: readonly Prepared[],
    instructions: Instructions,
    unet: Parameters<typeof generate>[0],
  ): Tensor {
    const { vae, device, manifest } = this.#bundle
    const { sampler: name, steps, guidance, seed } = this.parameters
    return scope(() =>
      noGrad(() => {
        const photos = imagesTensor(
          prepared.map(({ fitted }) => fitted.image),
          this.#bundle,
        )
        const items = tensor(BigInt64Array.from(prepared, itemOf), [prepared.length])
        const shape = [prepared.length, ...vae.latentShape(manifest.resolution)]
        const latents = generate(unet, createSampler(name, this.#schedule, steps), guidance, {
          photoLatents: vae.mode(photos),
          context: cat(prepared.map(({ wish }) => instructions.of(wish))),
          negative: this.#negative.expand([prepared.length, -1, -1]),
          noise: noiseFor(shape, seed, items, device),
        })
        return vae.decode(latents)
      }),
    )
  }

  #shrink(size: number): void {
    if (size >= this.#batch) return
    this.#batch = size
    this.#onSmallerBatch?.(size)
  }

  #parametersOf({ wish }: Prepared): SketchParameters {
    const own = wish.style === this.#wish.style
    const style = own ? this.parameters.style : (wish.style?.hash ?? null)
    const { dtype } = this.#bundle
    return { ...this.parameters, style, optional: wish.optional, batch: this.#batch, dtype }
  }
}

/** A photo's own number, from its bytes: the same photo gets the same noise wherever and beside whatever it lies. */
const itemOf = ({ inputHash }: Prepared): bigint =>
  Buffer.from(inputHash.slice(0, 16), 'hex').readBigInt64LE(0)
