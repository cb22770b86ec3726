import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

it('what the library exports is documented, with all it refers to, and no link is broken', {
  timeout: 120_000,
}, () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['node_modules/typedoc/bin/typedoc', '--emit', 'none', '--logLevel', 'Warn'],
    { cwd: root, encoding: 'utf8' },
  )
  expect(stdout + stderr).toBe('')
  expect(status).toBe(0)
})
