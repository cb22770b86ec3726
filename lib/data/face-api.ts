/**
 * face-api's browser build, which brings TensorFlow.js along, on TensorFlow.js' WebAssembly, in a worker thread. Its models
 * and the WebAssembly come from the installed packages; nothing is fetched.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** What is used of face-api, whose own types ask for the browser's. */
export interface FaceApi {
  tf: {
    env(): { set(flag: string, value: boolean): void }
    setWasmPaths(paths: Record<string, string>): void
    setBackend(name: string): Promise<boolean>
    tensor3d(data: Uint8Array, shape: number[], dtype: string): { dispose(): void }
    io: { decodeWeights(bytes: ArrayBuffer, specs: unknown[]): unknown }
  }
  env: { setEnv(env: Record<string, unknown>): void }
  nets: Record<keyof typeof MODELS, { loadFromWeightMap(weights: unknown): void }> & {
    /** 128 numbers of a picture of one face. */
    faceRecognitionNet: { computeFaceDescriptor(image: unknown): Promise<Float32Array> }
  }
  TinyFaceDetectorOptions: new (options: { inputSize: number; scoreThreshold: number }) => unknown
  detectAllFaces(image: unknown, options: unknown): { withFaceLandmarks(): Promise<Detected[]> }
}

export interface Detected {
  detection: { score: number; box: { x: number; y: number; width: number; height: number } }
  landmarks: { positions: { x: number; y: number }[] }
}

/** What each network's files are called. */
const MODELS = {
  tinyFaceDetector: 'tiny_face_detector_model',
  faceLandmark68Net: 'face_landmark_68_model',
  faceRecognitionNet: 'face_recognition_model',
} as const

const require = createRequire(import.meta.url)

/** The browser build runs where it meets a browser's worker; this thread's globals are its own to change. */
export async function openFaceApi(networks: readonly (keyof typeof MODELS)[]): Promise<FaceApi> {
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
  for (const network of networks) {
    const name = MODELS[network]
    const parts: { weights: unknown[] }[] = JSON.parse(
      readFileSync(join(folder, 'model', `${name}-weights_manifest.json`), 'utf8'),
    )
    const bytes = Uint8Array.from(readFileSync(join(folder, 'model', `${name}.bin`)))
    const specs = parts.flatMap(({ weights }) => weights)
    api.nets[network].loadFromWeightMap(api.tf.io.decodeWeights(bytes.buffer, specs))
  }
  return api
}

/** Every variant is the one on SIMD, which all Node versions we run on have, as a URL that fetch reads without a network. */
function webAssembly(): Record<string, string> {
  const path = require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm')
  const url = `data:application/wasm;base64,${readFileSync(path).toString('base64')}`
  const variants = ['', '-simd', '-threaded-simd']
  return Object.fromEntries(variants.map((variant) => [`tfjs-backend-wasm${variant}.wasm`, url]))
}
