// A worker thread with a bundle and a Sketcher of its own. Posts each sketch's pixels; with `endless`, until it is stopped.
import { parentPort, workerData } from 'node:worker_threads'
import { loadBundle, Sketcher } from '../../dist/index.js'

const { folder, photos, options, endless } = workerData
const bundle = await loadBundle(folder, { device: 'cpu', dtype: 'float32' })
const sketcher = new Sketcher(bundle, options)
do {
  for await (const { sketch, error } of sketcher.sketch(photos)) parentPort.postMessage(error ?? sketch.data)
} while (endless)
sketcher.dispose()
bundle.dispose()
