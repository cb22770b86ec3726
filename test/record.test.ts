import { describe, expect, it } from 'vitest'
import * as torch from '../lib/torch/index.js'
import { settledMemory } from './tensors.js'

describe('a recorded program', () => {
  it('is not run when it is recorded, and as often as asked when it is replayed', async () => {
    const counter = torch.zeros([])
    const program = torch.record(() => {
      counter.add_(1)
    })
    expect(await counter.item()).toBe(0)
    await program.run(5)
    await program.run()
    expect(await counter.item()).toBe(6)
  })

  it('gives every value of what is watched', async () => {
    const x = torch.full([], 1)
    const program = torch.record(() => {
      x.mul_(2)
      return x.add(0.5)
    })
    const [values] = await program.run(4, { watch: [program.outputs] })
    expect([...values!]).toEqual([2.5, 4.5, 8.5, 16.5])
  })

  it('reads what its static inputs hold at each replay', async () => {
    const input = torch.tensor([1, 2], [2])
    const program = torch.record(() => input.sum())
    await program.run()
    expect(await program.outputs.item()).toBe(3)
    input.copy_(torch.tensor([10, 20], [2]))
    await program.run()
    expect(await program.outputs.item()).toBe(30)
  })

  it('computes with the threads it was told, and leaves the others their own', async () => {
    await torch.open({ threads: 1 })
    const x = torch.normal([1 << 20], { seed: 1 })
    const alone = await x.sum().item()
    await torch.open({ threads: 3 })
    const program = torch.record(() => x.sum(), { threads: 1 })
    await program.run()
    // Summed in another order by more.
    expect(await program.outputs.item()).toBe(alone)
    expect((await torch.inspectDevices()).threads).toBe(3)
  })

  it('refuses a host read while it is being recorded', async () => {
    let read: Promise<number> | undefined
    torch.record(() => {
      read = torch.ones([1]).item()
    })
    await expect(read).rejects.toMatchObject({ code: 'AWAIT_WHILE_RECORDING' })
    expect(() => torch.record(async () => {})).toThrow('a synchronous function')
    expect(() => torch.record(() => torch.record(() => {}))).toThrow(
      expect.objectContaining({ code: 'AWAIT_WHILE_RECORDING' }),
    )
    expect(await torch.ones([1]).item()).toBe(1)
  })

  it('rejects with the failed step and stops', async () => {
    const size = torch.ones([2, 2])
    const counter = torch.zeros([])
    const program = torch.record(() => {
      counter.add_(1)
      size.matmul(torch.ones([3, 3]))
      counter.add_(100)
    })
    const error = await program.run(3).catch((e) => e)
    expect(error.message).toContain('aten::matmul')
    expect(error.stack).toContain('record.test.ts')
    expect(await counter.item()).toBe(1)
  })

  it('leaves no intermediates behind', async () => {
    const x = torch.ones([1000]).requiresGrad()
    await x.ready()
    const before = await settledMemory()
    const program = torch.record(() => {
      const loss = x.mul(2).exp().mul(x).sum()
      x.copy_(x.sub(torch.grad(loss, x).mul(1e-6)))
      return loss
    })
    await program.run(50)
    const after = torch.memoryStatistics()
    expect(after.tensors - before.tensors).toBe(1)
    expect(after.bytes - before.bytes).toBe(4)
  })
})

describe('AdamW', () => {
  /** Loshchilov and Hutter's update, written out. */
  function reference(
    start: number,
    gradientAt: (x: number) => number,
    steps: number,
    lr: number,
    decay: number,
  ) {
    let [x, m, v] = [start, 0, 0]
    for (let t = 1; t <= steps; t++) {
      const g = gradientAt(x)
      x -= lr * decay * x
      m = 0.9 * m + 0.1 * g
      v = 0.999 * v + 0.001 * g * g
      x -= (lr * (m / (1 - 0.9 ** t))) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8)
    }
    return x
  }

  it('follows its definition, recorded', async () => {
    const x = torch.tensor([3], [1]).requiresGrad()
    const optimizer = new torch.AdamW([x], { lr: 0.1, weightDecay: 0.01 })
    const step = torch.record(() => optimizer.step([torch.grad(x.mul(x).sum(), x)]))
    await step.run(20)
    expect(await x.item()).toBeCloseTo(
      reference(3, (value) => 2 * value, 20, 0.1, 0.01),
      5,
    )
  })

  it('goes on from a saved state bit for bit', async () => {
    const run = async (breakAt: number) => {
      let x = torch.tensor([3, -1], [2]).requiresGrad()
      let optimizer = new torch.AdamW([x], { lr: 0.05 })
      for (let i = 0; i < 10; i++) {
        if (i === breakAt) {
          const state = optimizer.state()
          x = torch.tensor((await x.toArray()) as Float32Array, [2]).requiresGrad()
          optimizer = new torch.AdamW([x], { lr: 0.05 })
          optimizer.load(state)
        }
        optimizer.step([torch.grad(x.pow(4).sum(), x)])
      }
      return x.toArray()
    }
    expect(await run(6)).toEqual(await run(-1))
  })
})
