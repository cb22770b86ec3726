/** A worker thread that decodes HEIC, which takes seconds for a phone's photo: libheif in WebAssembly. */
import { createRequire } from 'node:module'
import { parentPort } from 'node:worker_threads'
import type { Reply } from './background.js'
import type { HeicJob, HeicPixels } from './heic.js'

interface HeicDecode {
  all(options: { buffer: Uint8Array }): Promise<HeicImages>
}
type HeicImages = { width: number; height: number; decode(): Promise<HeicPixels> }[] & { dispose(): void }

const heicDecode: HeicDecode = createRequire(import.meta.url)('heic-decode')

// libheif prints what is wrong with a file, on stdout, where results belong; the error says it as well.
console.log = () => {}

parentPort?.on('message', async ({ id, job }: { id: number; job: HeicJob }) => {
  const reply: Reply<HeicPixels> = await decode(job).then(
    (answer) => ({ id, answer }),
    (error) => ({ id, error: (error as Error).message }),
  )
  parentPort?.postMessage(reply)
})

async function decode({ bytes, pixelLimit }: HeicJob): Promise<HeicPixels> {
  const images = await heicDecode.all({ buffer: bytes })
  try {
    const [image] = images
    if (!image) throw new Error('there is no picture in it')
    const { width, height } = image
    if (width * height > pixelLimit) throw new Error(`it has ${width} x ${height}`)
    const { data } = await image.decode()
    return { width, height, data }
  } finally {
    images.dispose()
  }
}
