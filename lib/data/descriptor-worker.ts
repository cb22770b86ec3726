/** A worker thread that describes faces by face-api's recognition network. */
import { parentPort } from 'node:worker_threads'
import type { Reply } from './background.js'
import { openFaceApi } from './face-api.js'
import type { Pixels } from './face-detector.js'

const faceApi = await openFaceApi(['faceRecognitionNet'])

parentPort?.on('message', async ({ id, job }: { id: number; job: Pixels }) => {
  const reply: Reply<Float32Array> = await describe(job).then(
    (answer) => ({ id, answer }),
    (error) => ({ id, error: (error as Error).message }),
  )
  parentPort?.postMessage(reply)
})

async function describe({ data, width, height }: Pixels): Promise<Float32Array> {
  const image = faceApi.tf.tensor3d(data, [height, width, 3], 'int32')
  try {
    return await faceApi.nets.faceRecognitionNet.computeFaceDescriptor(image)
  } finally {
    image.dispose()
  }
}
