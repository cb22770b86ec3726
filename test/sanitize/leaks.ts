/** After each test file, in its process: what has leaked. Without an answer: scripts/test-sanitize.mjs reads the reports. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const { check } = createRequire(import.meta.url)(
  join(process.env.SILVERPOINT_PREBUILD as string, 'leak-check.node'),
) as { check(): void }

afterAll(check)
