// Keeps the compute thread in mid-work, then ends the way it is told to. A clean end is the wanted exit code, no signal.
import { Worker } from 'node:worker_threads'
import * as torch from '../../dist/torch/index.js'

const way = process.argv[2]

async function work() {
  const big = torch.ones([600, 600]).requiresGrad()
  await big.ready()
  // Not awaited: it outlasts the process.
  torch
    .record(() => torch.grad(big.matmul(big).matmul(big).sum(), big).sum())
    .run(100000)
    .catch(() => {})
}

const soon = (action) => setTimeout(action, 20 + Math.random() * 60)

if (way === 'process.exit') {
  await work()
  soon(() => process.exit(7))
} else if (way === 'SIGINT') {
  process.on('SIGINT', () => process.exit(130))
  await work()
  soon(() => process.kill(process.pid, 'SIGINT'))
} else if (way === 'worker.terminate' || way === 'worker.terminate in mid-answer') {
  await torch.ones([1]).ready()
  const busy = way === 'worker.terminate' ? './busy-worker.mjs' : './reading-worker.mjs'
  const worker = new Worker(new URL(busy, import.meta.url))
  worker.once('message', () =>
    soon(async () => {
      await worker.terminate()
      // The main thread's engine goes on working.
      process.exit((await torch.ones([3]).sum().item()) === 3 ? 7 : 1)
    }),
  )
} else if (way === 'process.exit beside a worker') {
  // Which alone has opened the engine.
  const worker = new Worker(new URL('./busy-worker.mjs', import.meta.url))
  worker.once('message', () => soon(() => process.exit(7)))
} else if (way === 'natural') {
  process.exitCode = (await torch.ones([3]).sum().item()) === 3 ? 7 : 1
} else if (way === 'computing too late') {
  await torch.ones([1]).ready()
  process.once('exit', () => {
    try {
      torch.ones([1])
    } catch (error) {
      process.exitCode = error.code === 'ENGINE_SHUT_DOWN' && error.name === 'SilverpointError' ? 7 : 1
    }
  })
}
