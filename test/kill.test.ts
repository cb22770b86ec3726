import { describe, expect, it } from 'vitest'
import { killLearning, killSketching } from '../bench/kill.mjs'

const KILLS = 3
const ALL = /[123] of 3 runs killed before they ended; .* all went on to the same files, and no others/

describe('kill -9 at random moments, and the same command again', () => {
  it('gives the files of a folder job that was not cut off', { timeout: 300_000 }, async () => {
    expect(await killSketching(KILLS, 20261124)).toMatch(ALL)
  })

  it('gives the files of a learning run that was not cut off', { timeout: 300_000 }, async () => {
    expect(await killLearning(KILLS, 20261124)).toMatch(ALL)
  })
})
