import { describe, expect, it } from 'vitest'
import { Background } from '../lib/data/background.js'
import { silverpoint } from './silverpoint.js'

describe('work in the background', () => {
  it('that cannot start fails each job, and starts anew with the next', async () => {
    const background = new Background<object, void>('absent.js')
    const both = await Promise.allSettled([background.run({}), background.run({})])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(background.run({})).rejects.toThrow(/absent\.js/)
  })

  it('fails one job without the others', async () => {
    const background = new Background<object, object>('heic-worker.js')
    const jobs = [Buffer.alloc(20), Buffer.from('....ftypheic........')].map((bytes) =>
      background.run({ bytes, pixelLimit: 100 }),
    )
    const settled = await Promise.allSettled(jobs)
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(jobs[0]).rejects.toThrow(/not a HEIC/)
  })
})

describe('options of what is drawn', () => {
  it.each([
    ['--crop', 'nose'],
    ['--face', '0'],
    ['--face', 'left'],
    ['--output-frame', 'both'],
  ])('%s %s is a usage error', async (option, value) => {
    const { code, stderr } = await silverpoint(['sketch', 'a.safetensors', 'b.jpg', '-o', 'c', option, value])
    expect(code).toBe(2)
    expect(stderr).toContain(option)
  })
})
