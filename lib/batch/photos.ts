/** What a Sketcher is given, and what it gives. */
import type { Image } from '../data/image.js'
import type { Style } from '../style/style.js'
import type { SketchParameters } from './parameters.js'

/** A path, or the bytes of a picture's file: JPEG, PNG, WebP, AVIF, HEIC, TIFF or GIF. */
export type Photo = string | Buffer

/** A photo with what it is drawn in, where that differs from the Sketcher's own. */
export interface SketchItem {
  /** A path, or the bytes of a picture's file. */
  photo: Photo
  /** Its learned style. */
  style?: Style
  /** Its plain text, joined with the learned instruction. */
  optional?: string
}

/** A sketch, or why there is none. Which of the two is told by `error`. */
export type SketchResult = Sketched | Unsketched

/** A photo that was drawn. */
export interface Sketched {
  /** Of the photo among those given, from 0. */
  index: number
  /** As it was given. */
  photo: Photo
  /** The photo, in the frame of the sketch. */
  original: Image
  /** The sketch, of the size that the photo is drawn in. */
  sketch: Image
  /** What it was drawn with; goes well into the PNG: `encodePng(sketch, parameters)`. */
  parameters: SketchParameters
  /** SHA-256 of the photo's file. */
  inputHash: string
  /** None. */
  error?: undefined
}

/** A photo that could not be read or drawn. */
export interface Unsketched {
  /** Of the photo among those given, from 0. */
  index: number
  /** As it was given. */
  photo: Photo
  /** Mostly a SilverpointError: FILE_NOT_FOUND, IMAGE_INVALID, FACE_NOT_FOUND, STYLE_MISMATCH, OUT_OF_MEMORY, ... */
  error: Error
  /** SHA-256 of the photo's file, where it could be read. */
  inputHash?: string
  /** None. */
  original?: undefined
  /** None. */
  sketch?: undefined
  /** None. */
  parameters?: undefined
}

/** What to draw: paths, bytes, or items with a style or text of their own; also as they come, from an async source. */
export type Photos = Iterable<Photo | SketchItem> | AsyncIterable<Photo | SketchItem>

export const isItem = (photo: Photo | SketchItem): photo is SketchItem =>
  typeof photo === 'object' && !Buffer.isBuffer(photo)
