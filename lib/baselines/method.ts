/** What every method that a benchmark compares is to it. */
import type { Image } from '../data/image.js'
import type { StepLosses } from '../style/step-losses.js'

/**
 * What a method of a benchmark was learned from. `one-shot`: the one pair. `none`: no pair. `full-data`: a whole data set, so that it
 * stands in a table of its own.
 */
export const PROTOCOLS = ['one-shot', 'none', 'full-data'] as const
/** One of {@link PROTOCOLS}. */
export type Protocol = (typeof PROTOCOLS)[number]

/** A pair to learn from: paths of pictures in one frame. */
export interface LearningPair {
  stem: string
  photo: string
  sketch: string
}

export interface TestPhoto {
  stem: string
  /** Path of the picture, in the frame that is drawn and compared. */
  photo: string
  /** Takes a picture in the frame of the data set's own files, of whatever size, to that frame. */
  toFrame(picture: Image): Promise<Pick<Drawn, 'sketch' | 'note'>>
}

export interface Task {
  /** Given to methods that learn from it. */
  pair: LearningPair
  /** All that the benchmark learns from, for methods that learn from several at once. */
  allPairs: readonly LearningPair[]
  seed: number
  signal?: AbortSignal | undefined
  onProgress?: ((stage: string, done: number, total: number) => void) | undefined
}

export interface Method {
  /** As --methods names it. */
  readonly name: string
  /** As tables name it. */
  readonly label: string
  readonly protocol: Protocol
  /** Which of several of one name. */
  readonly variant?: string
  /** Whether it needs the networks, and so their loading. */
  readonly usesBundle: boolean
  /** Whether another pair, and another seed, make another result. */
  readonly dependsOn: { readonly pair: boolean; readonly seed: boolean }
  /** All that decides what it draws, beside pair, seed, photos and bundle. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Learns what there is to learn. */
  begin(task: Task): Promise<Begun>
}

/** A method that is ready to draw. */
export interface Begun {
  learned?: Learned
  /** A sketch of each photo, in order. */
  draw(photos: readonly TestPhoto[]): AsyncIterable<Drawn>
}

export interface Drawn {
  sketch: Image
  /** null where it was not drawn here. */
  seconds: number | null
  /** What was done to make it comparable, if anything. */
  note?: string
}

export interface Learned {
  /** null for what is no style. */
  style: { file: string; text: string; step: number } | null
  /** null: no such part, or not known. */
  seconds: { pez: number | null; learning: number | null }
  losses: readonly StepLosses[]
}
