/**
 * A worker thread that finds faces and their landmarks: face-api's browser build, which brings TensorFlow.js along, on
 * TensorFlow.js' WebAssembly. Its models and the WebAssembly come from the installed packages; nothing is fetched.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { parentPort } from 'node:worker_threads'
import type { Reply } from './background.js'
import type { FoundFace, Pixels } from './face-detector.js'

/** What is used of face-api, whose own types ask for the browser's. */
interface FaceApi {
  tf: {
    env(): { set(flag: string, value: boolean): void }
    setWasmPaths(paths: Record<string, string>): void
    setBackend(name: string): Promise<boolean>
    tensor3d(data: Uint8Array, shape: number[], dtype: string): { dispose(): void }
    io: { decodeWeights(bytes: ArrayBuffer, specs: unknown[]): unknown }
  }
  env: { setEnv(env: Record<string, unknown>): void }
  nets: Record<'tinyFaceDetector' | 'faceLandmark68Net', { loadFromWeightMap(weights: unknown): void }>
  TinyFaceDetectorOptions: new (options: { inputSize: number; scoreThreshold: number }) => unknown
  detectAllFaces(image: unknown, options: unknown): { withFaceLandmarks(): Promise<Detected[]> }
}

interface Detected {
  detection: { score: number; box: { x: number; y: number; width: number; height: number } }
  landmarks: { positions: { x: number; y: number }[] }
}

/**
 * Sides that a picture is looked at in, px, and the least score of a face there: large faces and small ones; then, where
 * there is none, those between and beyond, less surely.
 */
const PASSES = [
  { sides: [224, 416], least: 0.4 },
  { sides: [160, 320, 832], least: 0.25 },
]
/** Two boxes of which one lies in the other by more than this share are one face. */
const SAME = 0.5

const require = createRequire(import.meta.url)
const faceApi = await open()

parentPort?.on('message', async ({ id, job }: { id: number; job: Pixels }) => {
  const reply: Reply<FoundFace[]> = await detect(job).then(
    (answer) => ({ id, answer }),
    (error) => ({ id, error: (error as Error).message }),
  )
  parentPort?.postMessage(reply)
})

async function detect({ data, width, height }: Pixels): Promise<FoundFace[]> {
  const image = faceApi.tf.tensor3d(data, [height, width, 3], 'int32')
  try {
    for (const { sides, least } of PASSES) {
      const found: FoundFace[] = []
      for (const side of sides) found.push(...(await look(image, side, least)))
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

/** The browser build runs where it meets a browser's worker; this thread's globals are its own to change. */
async function open(): Promise<FaceApi> {
  const nothing = () => {}
  Object.assign(globalThis, {
    self: globalThis,
    location: { href: '' },
    importScripts: nothing,
    WorkerGlobalScope: class {},
    process: undefined,
  })
  const folder = dirname(require.resolve('@vladmandic/face-api/package.json'))
  const api: FaceApi = await import(require.resolve('@vladmandic/face-api/dist/face-api.esm.js'))
  class Absent {}
  const elements = ['Canvas', 'CanvasRenderingContext2D', 'Image', 'ImageData', 'Video']
  api.env.setEnv(Object.fromEntries(elements.map((name) => [name, Absent])))
  api.tf.setWasmPaths(webAssembly())
  // One thread: photos are many, and the cores busy drawing.
  api.tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  if (!(await api.tf.setBackend('wasm'))) throw new Error('WebAssembly could not be started')
  const model = (net: keyof FaceApi['nets'], name: string) => {
    const parts: { weights: unknown[] }[] = JSON.parse(
      readFileSync(join(folder, 'model', `${name}-weights_manifest.json`), 'utf8'),
    )
    const bytes = Uint8Array.from(readFileSync(join(folder, 'model', `${name}.bin`)))
    const specs = parts.flatMap(({ weights }) => weights)
    api.nets[net].loadFromWeightMap(api.tf.io.decodeWeights(bytes.buffer, specs))
  }
  model('tinyFaceDetector', 'tiny_face_detector_model')
  model('faceLandmark68Net', 'face_landmark_68_model')
  return api
}

/** Every variant is the one on SIMD, which all Node versions we run on have, as a URL that fetch reads without a network. */
function webAssembly(): Record<string, string> {
  const path = require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm')
  const url = `data:application/wasm;base64,${readFileSync(path).toString('base64')}`
  const variants = ['', '-simd', '-threaded-simd']
  return Object.fromEntries(variants.map((variant) => [`tfjs-backend-wasm${variant}.wasm`, url]))
}
