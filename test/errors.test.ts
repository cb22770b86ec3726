import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { ERROR_CODES } from '../lib/errors.js'

it('every error code stands in docs/errors.md with cause and mend, and none that is no more', async () => {
  const text = await readFile(new URL('../docs/errors.md', import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| (.+) \| (.+) \|$/gm)]
  expect(rows.map(([, code]) => code).sort()).toEqual([...ERROR_CODES].sort())
})
