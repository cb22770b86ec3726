import { parentPort } from 'node:worker_threads'
import * as torch from '../../dist/torch/index.js'

const big = torch.ones([600, 600])
await big.ready()
// Over JavaScript's own memory, and held when the worker ends.
globalThis.held = torch.tensor(Float32Array.of(1, 2), [2])
torch
  .record(() => big.matmul(big).sum())
  .run(100000)
  .catch(() => {})
parentPort.postMessage('busy')
