/** From a photo as people have it to what a model draws of it, and back to what they want to see. */
import { type FaceChoice, findFace } from './face-choice.js'
import { cropFace, cropSide, sidesFor } from './face-crop.js'
import { type Face, SEARCHED, scaledFace } from './face-detector.js'
import { type Image, type OpenedImage, openImage, type ReadOptions } from './image.js'

/** What of a photo is drawn, and how its sketch is framed. */
export interface FramingOptions {
  /** What is drawn: the face, cropped as the embedded bundle knows faces, or the whole photo. See defaultCrop. */
  crop?: 'face' | 'none'
  /** Which face, where there are several. Default: the largest; of those about as large, the most central. */
  face?: FaceChoice
  /**
   * What a sketch shows: `crop` (the default), what is drawn, at the photo's own scale but no larger than four times what the
   * model draws; or `photo`, the photo's whole frame in its own size, with white paper around a cropped face, for laying one
   * over the other.
   */
  outputFrame?: 'crop' | 'photo'
}

/** How a photo is read. */
export interface PhotoOptions extends Pick<ReadOptions, 'name' | 'pixelLimit'> {
  onWarning?: (message: string) => void
}

export interface Framed {
  /** What is drawn. */
  image: Image
  /** What the result shows, of the photo. */
  original: Image
  /** Takes a picture of `image`'s size to the frame of the result. */
  undo(picture: Image): Promise<Image>
}

/** The resolutions of bundles that know crops of faces alone; on less than these no face is to be known. */
const FACES_ONLY = { least: 96, most: 256 }
/** Faces smaller than this, in px, have little to draw. */
const SMALL = 64
/** Most pixels read of a photo of which a face is shown: plenty for the crop, and little beside a phone's 48 million. */
const SHOWN = 6_000_000

/**
 * The one rule for what is drawn unless said: the face for small bundles (96 to 256 px, as the embedded one), which were
 * trained on crops of faces alone; the whole photo for others.
 */
export const defaultCrop = ({ resolution }: { resolution: number }): 'face' | 'none' =>
  resolution >= FACES_ONLY.least && resolution <= FACES_ONLY.most ? 'face' : 'none'

/**
 * Reads a photo and frames it.
 * @throws FACE_NOT_FOUND where the face is wanted and there is none, and whatever readImage throws.
 */
export async function framePhoto(
  source: string | Buffer,
  resolution: number,
  { crop, face, outputFrame }: Required<FramingOptions>,
  { name = 'the given bytes', pixelLimit, onWarning }: PhotoOptions = {},
): Promise<Framed> {
  const opened = await openImage(source, { name, pixelLimit })
  const sides = sidesFor(resolution)
  if (crop === 'none') {
    const photo = await opened.read(outputFrame === 'photo' ? undefined : pixelsWithin(opened, sides.most))
    return { image: photo, original: photo, undo: async (picture) => picture }
  }
  const wanted = outputFrame === 'photo' ? Number.POSITIVE_INFINITY : sides.most
  const { photo, found } = await findIn(opened, name, face, wanted)
  const size = Math.min(found.box.width, found.box.height)
  if (size < SMALL)
    onWarning?.(`The face in ${name} is ${Math.round(size)} px large; below ${SMALL} px its sketch is vague.`)
  const { image, putBack } = await cropFace(photo, found, sides)
  if (outputFrame === 'photo') return { image, original: photo, undo: putBack }
  return { image, original: image, undo: async (picture) => picture }
}

/**
 * The face, found in as small a copy of the photo as it is sought in anyway, and the photo as large as a crop of it `wanted` px wide
 * takes: read again where the copy is too small for that. A crop of endless width: the whole photo.
 */
async function findIn(
  opened: OpenedImage,
  name: string,
  choice: FaceChoice,
  wanted: number,
): Promise<{ photo: Image; found: Face }> {
  const seen = await opened.read(pixelsWithin(opened, SEARCHED))
  const found = await findFace(seen, name, 'Choose another photo, or draw it whole with --crop none.', choice)
  const larger = Math.min(opened.width / seen.width, wanted / cropSide(found))
  if (larger <= 1) return { photo: seen, found }
  const most = Number.isFinite(wanted) ? Math.min(SHOWN, seen.width * seen.height * larger ** 2) : undefined
  const photo = await opened.read(most)
  return { photo, found: scaledFace(found, photo.width / seen.width, photo.height / seen.height) }
}

/** How many pixels a picture has whose longer side is `longest` px. */
function pixelsWithin({ width, height }: OpenedImage, longest: number): number {
  return width * height * (longest / Math.max(width, height)) ** 2
}
