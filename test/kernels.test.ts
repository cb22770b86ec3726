import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)
const source = fileURLToPath(new URL('kernels/check.cc', import.meta.url))

// Rounding to bfloat16 alone: 2^-9 at most, of each number.
const ROUNDED = 2.5e-3

// Where the addon is built there is a compiler; that of Windows has other words.
it.skipIf(process.platform === 'win32')(
  'the kernels of a GPU, played on the CPU, compute what their definitions do and touch no memory but their own',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'silverpoint-kernels-'))
    const program = join(folder, 'check')
    const flags = [
      '-std=c++20',
      '-O1',
      '-g',
      '-pthread',
      '-fsanitize=address,undefined',
      '-fno-sanitize-recover',
    ]
    await run(process.env.CXX ?? 'c++', [...flags, '-Wno-unknown-pragmas', source, '-o', program])
    const { stdout } = await run(program)
    const cases = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(cases.map(({ kernel }) => kernel)).toEqual([...Array(4).fill('group_norm'), 'geglu'])
    for (const { kernel, ...distances } of cases)
      for (const [what, distance] of Object.entries(distances))
        expect(distance, `${kernel}: ${what}`).toBeLessThan(what === 'ofChannels' ? 1e-5 : ROUNDED)
    await rm(folder, { recursive: true })
  },
  60_000,
)
