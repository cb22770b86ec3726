/** A worker thread that finds faces and their landmarks. */
import { parentPort } from 'node:worker_threads'
import type { Reply } from './background.js'
import { openFaceApi } from './face-api.js'
import type { FoundFace, Search } from './face-detector.js'

/**
 * Sides that a picture is looked at in, px, and the least score of a face there: large faces and small ones; then, where
 * there is none, those between and beyond, less surely. A face that fills the picture is found in the smallest as surely as in
 * larger ones, and as well placed (bench/faces.mjs), in half the time of 224 px.
 */
const PASSES = [
  { sides: [128, 224, 416], least: 0.4 },
  { sides: [160, 320, 832], least: 0.25 },
]
/** Two boxes of which one lies in the other by more than this share are one face. */
const SAME = 0.5

const faceApi = await openFaceApi(['tinyFaceDetector', 'faceLandmark68Net'])

parentPort?.on('message', async ({ id, job }: { id: number; job: Search }) => {
  const reply: Reply<FoundFace[]> = await detect(job).then(
    (answer) => ({ id, answer }),
    (error) => ({ id, error: (error as Error).message }),
  )
  parentPort?.postMessage(reply)
})

async function detect({ data, width, height, enough }: Search): Promise<FoundFace[]> {
  const image = faceApi.tf.tensor3d(data, [height, width, 3], 'int32')
  try {
    for (const { sides, least } of PASSES) {
      const found: FoundFace[] = []
      for (const side of sides) {
        found.push(...(await look(image, side, least)))
        if (found.some(({ box }) => box.width >= enough)) break
      }
      if (found.length > 0) return distinct(found)
    }
    return []
  } finally {
    image.dispose()
  }
}

async function look(image: unknown, side: number, least: number): Promise<FoundFace[]> {
  const options = new faceApi.TinyFaceDetectorOptions({ inputSize: side, scoreThreshold: least })
  const found = await faceApi.detectAllFaces(image, options).withFaceLandmarks()
  return found.map(({ detection: { score, box }, landmarks }) => ({
    score,
    box: { left: box.x, top: box.y, width: box.width, height: box.height },
    landmarks: landmarks.positions.map(({ x, y }) => ({ x, y })),
  }))
}

/** Of boxes over one another, the surest. */
function distinct(faces: FoundFace[]): FoundFace[] {
  const kept: FoundFace[] = []
  for (const face of faces.sort((a, b) => b.score - a.score))
    if (kept.every((other) => overlap(face.box, other.box) < SAME)) kept.push(face)
  return kept
}

/** The share of the smaller box that the other covers. */
function overlap(a: FoundFace['box'], b: FoundFace['box']): number {
  const shared = (from: 'left' | 'top', length: 'width' | 'height') =>
    Math.max(0, Math.min(a[from] + a[length], b[from] + b[length]) - Math.max(a[from], b[from]))
  return (
    (shared('left', 'width') * shared('top', 'height')) / Math.min(a.width * a.height, b.width * b.height)
  )
}
