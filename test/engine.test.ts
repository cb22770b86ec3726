import { describe, expect, it } from 'vitest'
import { unscoped } from '../lib/torch/engine.js'
import * as torch from '../lib/torch/index.js'
import { settledMemory } from './tensors.js'

const matrix = () => torch.tensor([1, 2, 3, 4], [2, 2])

describe('tensors', () => {
  it('come back from the compute thread as they were put in', async () => {
    const data = Float32Array.of(1.5, -2, 3.25)
    expect(await torch.tensor(data, [3]).toArray()).toEqual(data)
    expect(await torch.tensor(BigInt64Array.of(5n, -6n), [2]).toArray()).toEqual(BigInt64Array.of(5n, -6n))
    expect(await torch.tensor(Uint8Array.of(0, 255), [2]).toArray()).toEqual(Uint8Array.of(0, 255))
    expect(await torch.tensor([1, 2], [2], { dtype: 'float64' }).toArray()).toEqual(Float64Array.of(1, 2))
    expect(await torch.tensor([1, 0], [2], { dtype: 'bool' }).toArray()).toEqual(Uint8Array.of(1, 0))
  })

  it('of half precision come out as float32', async () => {
    for (const dtype of ['float16', 'bfloat16'] as const) {
      expect(await matrix().to({ dtype }).toArray()).toEqual(Float32Array.of(1, 2, 3, 4))
    }
  })

  it('refuse data that does not fill the shape', () => {
    expect(() => torch.tensor([1, 2, 3], [2, 2])).toThrow(/4 elements for the shape \[2,2\].*received 3/)
  })

  it('share memory with JavaScript in both directions without a copy', async () => {
    const data = Float32Array.of(1, 2)
    const tensor = torch.tensor(data, [2])
    tensor.mul_(10)
    await tensor.ready()
    expect([...data]).toEqual([10, 20])
    const shared = await tensor.share()
    tensor.add_(1)
    await tensor.ready()
    expect([...shared]).toEqual([11, 21])
  })

  it('hand out snapshots that later operations do not change', async () => {
    const tensor = matrix()
    const before = await tensor.toArray()
    tensor.mul_(0)
    await tensor.ready()
    expect([...before]).toEqual([1, 2, 3, 4])
  })

  it('know their shape', async () => {
    expect(await matrix().reshape([4, 1]).shape()).toEqual([4, 1])
  })

  it('may be disposed of while queued operations still need them', async () => {
    const a = matrix()
    const product = a.matmul(a)
    a.dispose()
    expect([...(await product.toArray())]).toEqual([7, 10, 15, 22])
    expect(() => a.add(1)).toThrow(expect.objectContaining({ code: 'TENSOR_DISPOSED' }))
  })
})

describe('operations', () => {
  const cases: [string, (m: torch.Tensor) => torch.Tensor, number[]][] = [
    ['add', (m) => m.add(1), [2, 3, 4, 5]],
    ['sub', (m) => m.sub(m), [0, 0, 0, 0]],
    ['div', (m) => m.div(2), [0.5, 1, 1.5, 2]],
    ['pow', (m) => m.pow(2), [1, 4, 9, 16]],
    ['clamp', (m) => m.clamp(2, 3), [2, 2, 3, 3]],
    ['clamp below only', (m) => m.clamp(2, null), [2, 2, 3, 4]],
    ['transpose', (m) => m.transpose(0, 1).contiguous(), [1, 3, 2, 4]],
    ['flip', (m) => m.flip([1]), [2, 1, 4, 3]],
    ['select', (m) => m.select(0, 1), [3, 4]],
    ['narrow', (m) => m.narrow(1, 1, 1), [2, 4]],
    ['sum', (m) => m.sum(), [10]],
    ['sum of a dimension', (m) => m.sum([0]), [4, 6]],
    ['mean', (m) => m.mean([1]), [1.5, 3.5]],
    ['argmax', (m) => m.argmax(1).to({ dtype: 'float32' }), [1, 1]],
    ['normalize', (m) => torch.tensor([3, 4], [1, 2]).normalize(1).add(m.mul(0).select(0, 0)), [0.6, 0.8]],
    ['where', (m) => torch.where(m.gt(2), m, m.neg()), [-1, -2, 3, 4]],
    ['cat', (m) => torch.cat([m, m], 1), [1, 2, 1, 2, 3, 4, 3, 4]],
    ['indexSelect', (m) => m.indexSelect(0, torch.tensor(BigInt64Array.of(1n), [1])), [3, 4]],
    ['eye', () => torch.eye(2), [1, 0, 0, 1]],
    ['linspace', () => torch.linspace(0, 1, 3), [0, 0.5, 1]],
  ]
  it.each(cases)('%s as PyTorch does', async (_name, run, wanted) => {
    const values = await run(matrix()).toArray()
    for (const [i, value] of wanted.entries()) expect(values[i]).toBeCloseTo(value, 6)
    expect(values.length).toBe(wanted.length)
  })

  it('decompose a symmetric matrix', async () => {
    const { values, vectors } = torch.eigh(torch.tensor([2, 1, 1, 2], [2, 2], { dtype: 'float64' }))
    expect((await values.toArray())[0]).toBeCloseTo(1)
    const rebuilt = vectors.mul(values).matmul(vectors.transpose(0, 1))
    ;[2, 1, 1, 2].forEach(async (value, i) => expect((await rebuilt.toArray())[i]).toBeCloseTo(value))
    expect((await values.toArray())[1]).toBeCloseTo(3)
  })

  it('transform to frequencies and back', async () => {
    const input = torch.tensor([1, 2, 3, 4, 5, 6], [2, 3])
    const frequencies = torch.fft2(input)
    expect((await frequencies.toArray())[0]).toBeCloseTo(21)
    const back = await torch.ifft2(frequencies).toArray()
    for (let i = 0; i < 6; i++) expect(back[i]).toBeCloseTo(i + 1, 5)
  })
})

describe('a failed operation', () => {
  it('rejects every descendant with the first cause and the line that asked for it', async () => {
    const wrong = matrix().matmul(torch.zeros([3, 3]))
    const descendant = wrong.add(1).mul(2)
    const error = await descendant.toArray().catch((e) => e)
    expect(error).toMatchObject({ name: 'SilverpointError', code: 'OPERATION_FAILED' })
    expect(error.message).toMatch(/aten::matmul: mat1 and mat2 shapes cannot be multiplied \(2x2 and 3x3\)/)
    expect(error.message).not.toMatch(/\n|Exception raised from/)
    expect(error.stack).toContain('engine.test.ts')
  })

  it('poisons what it would have written in place', async () => {
    const target = torch.zeros([2])
    target.add_(matrix().matmul(torch.zeros([3, 3])))
    await expect(target.toArray()).rejects.toThrow('aten::matmul')
  })

  it('leaves the engine working', async () => {
    await expect(
      matrix()
        .matmul(torch.zeros([3, 3]))
        .ready(),
    ).rejects.toThrow()
    expect(await matrix().sum().item()).toBe(10)
  })

  it('is refused at once where the arguments do not fit the schema', () => {
    expect(() => torch.op('aten::matmul', '', [matrix(), 3])).toThrow(/tensor handle/)
    expect(() => torch.op('aten::nonsense', '', [])).toThrow('no operator aten::nonsense')
    expect(() => torch.zeros([1], { device: 'gpu' as torch.Device })).toThrow(
      'Expected a device such as cpu or cuda:0 but received gpu',
    )
  })
})

describe('numbers that no integer holds', () => {
  it('stay what they are', async () => {
    const numbers = [
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
      2 ** 63,
      -(2 ** 63),
      1e300,
    ]
    for (const number of numbers)
      expect(await torch.full([], number, { dtype: 'float64' }).item()).toBe(number)
  })
})

describe('gradients', () => {
  it('flow to any leaf', async () => {
    const x = matrix().requiresGrad()
    const y = torch.tensor([2, 2, 2, 2], [2, 2]).requiresGrad()
    const [dx, dy] = torch.grad(x.mul(y).sum(), [x, y])
    expect([...(await dx!.toArray())]).toEqual([2, 2, 2, 2])
    expect([...(await dy!.toArray())]).toEqual([1, 2, 3, 4])
  })

  it('are not built inside noGrad, across its awaits', async () => {
    const x = matrix().requiresGrad()
    const loss = await torch.noGrad(async () => {
      await x.ready()
      return x.sum()
    })
    await expect(torch.grad(loss, x).ready()).rejects.toThrow(/does not require grad/)
  })
})

describe('scope', () => {
  it('frees what was made inside, except what it returns', async () => {
    const before = (await settledMemory()).tensors
    const kept = torch.scope(() => {
      const a = torch.zeros([100])
      return { sum: a.add(1).add(2).sum() }
    })
    expect(await kept.sum.item()).toBe(300)
    expect(torch.memoryStatistics().tensors).toBe(before + 1)
    kept.sum.dispose()
  })

  it('leaves alone what is made unscoped in it', async () => {
    let kept: torch.Tensor | undefined
    torch.scope(() => {
      kept = unscoped(() => torch.ones([2]).add(1))
    })
    expect(await kept?.toArray()).toEqual(Float32Array.of(2, 2))
  })

  it('lasts across awaits and passes what it returns to the outer scope', async () => {
    const before = (await settledMemory()).tensors
    await torch.scope(async () => {
      const inner = await torch.scope(async () => {
        const a = torch.ones([10])
        await a.ready()
        return a.mul(2)
      })
      expect(await inner.sum().item()).toBe(20)
    })
    expect(torch.memoryStatistics().tensors).toBe(before)
  })

  it('frees after an error too', async () => {
    const before = (await settledMemory()).tensors
    await expect(
      torch.scope(async () => {
        await torch
          .ones([10])
          .matmul(torch.ones([3]))
          .ready()
      }),
    ).rejects.toThrow()
    expect(torch.memoryStatistics().tensors).toBe(before)
  })
})

it('counts the memory of a storage once, however many views it has', async () => {
  const before = (await settledMemory()).bytes
  const whole = torch.zeros([1000])
  const view = whole.reshape([10, 100])
  await view.ready()
  expect(torch.memoryStatistics().bytes - before).toBe(4000)
  whole.dispose()
  expect(torch.memoryStatistics().bytes - before).toBe(4000)
  view.dispose()
  expect(torch.memoryStatistics().bytes - before).toBe(0)
})

it('keeps JavaScript timers firing while one long native call runs', async () => {
  const big = torch.ones([1200, 1200])
  const product = torch.op('aten::linalg_svd', '', [big.add(torch.eye(1200))], 3)[1]!
  let ticks = 0
  const timer = setInterval(() => ticks++, 5)
  await product.ready()
  clearInterval(timer)
  expect(ticks).toBeGreaterThan(5)
})

it('leaves no intermediates behind when tensors are made outside a scope', async () => {
  const before = (await settledMemory()).tensors
  const made = [
    torch.tensor([1, 2], [2]),
    torch.tensor(Float32Array.of(1), [1], { dtype: 'bfloat16' }),
    torch.normal([3], { seed: 1, item: 4, draw: 2, dtype: 'float64' }),
  ]
  await made[2]!.ready()
  expect(torch.memoryStatistics().tensors - before).toBe(made.length)
  for (const tensor of made) tensor.dispose()
  expect(torch.memoryStatistics().tensors).toBe(before)
})
