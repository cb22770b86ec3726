import { parentPort } from 'node:worker_threads'
import * as torch from '../../dist/torch/index.js'

const big = torch.ones([600, 600])
await big.ready()
torch
  .record(() => big.matmul(big).sum())
  .run(100000)
  .catch(() => {})
parentPort.postMessage('busy')
