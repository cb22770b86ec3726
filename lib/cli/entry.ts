#!/usr/bin/env node
/** What `silverpoint` runs: an old Node is told so before it meets anything it does not know. */
import { requireNode } from '../torch/platform.js'
import { Output } from './output.js'

// A reader that has seen enough, such as head, closes the pipe: no reason to complain.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(1)
  throw error
})

try {
  requireNode()
  await import('./main.js')
} catch (error) {
  process.exitCode = 1
  new Output({ json: process.argv.includes('--json') }).error(error)
}
