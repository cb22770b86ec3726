// face-api's browser build, which brings TensorFlow.js along, on TensorFlow.js' WebAssembly: what our face networks are held against.
// For a worker thread of its own, whose globals it changes: it runs where it meets a browser's worker. Import sharp before.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const MODELS = {
  tinyFaceDetector: 'tiny_face_detector_model',
  faceLandmark68Net: 'face_landmark_68_model',
  faceRecognitionNet: 'face_recognition_model',
}

const require = createRequire(import.meta.url)

export async function openFaceApi() {
  Object.assign(globalThis, {
    self: globalThis,
    location: { href: '' },
    importScripts: () => {},
    WorkerGlobalScope: class {},
    process: undefined,
  })
  const folder = dirname(require.resolve('@vladmandic/face-api/package.json'))
  const api = await import(require.resolve('@vladmandic/face-api/dist/face-api.esm.js'))
  const elements = ['Canvas', 'CanvasRenderingContext2D', 'Image', 'ImageData', 'Video']
  api.env.setEnv(Object.fromEntries(elements.map((name) => [name, class {}])))
  api.tf.setWasmPaths(webAssembly())
  api.tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  if (!(await api.tf.setBackend('wasm'))) throw new Error('WebAssembly could not be started')
  for (const [network, name] of Object.entries(MODELS)) {
    const parts = JSON.parse(readFileSync(join(folder, 'model', `${name}-weights_manifest.json`), 'utf8'))
    const bytes = Uint8Array.from(readFileSync(join(folder, 'model', `${name}.bin`)))
    const specs = parts.flatMap(({ weights }) => weights)
    api.nets[network].loadFromWeightMap(api.tf.io.decodeWeights(bytes.buffer, specs))
  }
  return api
}

/** Every variant is the one on SIMD, as a URL that fetch reads without a network. */
function webAssembly() {
  const path = require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm')
  const url = `data:application/wasm;base64,${readFileSync(path).toString('base64')}`
  const variants = ['', '-simd', '-threaded-simd']
  return Object.fromEntries(variants.map((variant) => [`tfjs-backend-wasm${variant}.wasm`, url]))
}
