import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { encodePng } from '../lib/data/image.js'
import { fromGrey } from '../lib/metrics/grey.js'
import { figures, grey } from './metrics-fixture.js'
import { node } from './silverpoint.js'

const root = fileURLToPath(new URL('..', import.meta.url))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silverpoint-documented-'))
  await mkdir(join(folder, 'node_modules'))
  await symlink(root, join(folder, 'node_modules', 'silverpoint'), 'junction')
})
afterAll(() => rm(folder, { recursive: true }))

it("the example of docs/metrics.md gives the field's figures", async () => {
  for (const [name, picture] of [
    ['out', 'sketch'],
    ['truth', 'other'],
  ] as const) {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, 'face.png'), await encodePng(fromGrey(grey(picture))))
  }
  const [, example] = /```ts\n(.+?)```/s.exec(await readFile(join(root, 'docs/metrics.md'), 'utf8'))!
  const script = join(folder, 'example.mjs')
  await writeFile(script, example!)
  const { stdout, stderr } = await node(script, [], { cwd: folder })
  expect(stderr).toBe('')
  const [ssim, fsim] = stdout.split(' ').map(Number)
  expect(ssim).toBeCloseTo(figures['ssim/sketch/other']!, 6)
  expect(fsim).toBeCloseTo(figures['fsim/sketch/other']!, 4)
})
