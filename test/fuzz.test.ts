import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Failure } from './fuzz/attempt.js'
import { fuzz } from './fuzz/plan.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silverpoint-fuzz-'))
})
afterAll(() => rm(folder, { recursive: true }))

// A slice of npm run test:fuzz, which also saves what fails.
it('reads 5,000 damaged files: each is valid or refused with a typed error, soon and in little memory', async () => {
  const failures: Failure[] = []
  let inputs = 0
  const share = { inputs: 5000, seed: 20, from: 0, step: 1 }
  await fuzz(
    share,
    folder,
    () => inputs++,
    (failure) => failures.push(failure),
  )
  expect(failures).toEqual([])
  expect(inputs).toBe(5000)
}, 300_000)
