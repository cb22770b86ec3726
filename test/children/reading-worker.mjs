// Is given values all the while: it ends in the middle of that.
import { parentPort } from 'node:worker_threads'
import * as torch from '../../dist/torch/index.js'

const tensor = torch.ones([64])
const busyFor = (milliseconds) => {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}
for (let i = 0; i < 50; i++) {
  void (async () => {
    for (;;) {
      await Promise.all([tensor.add(1).toArray(), tensor.share(), tensor.shape()])
      busyFor(0.01)
    }
  })()
}
parentPort.postMessage('busy')
