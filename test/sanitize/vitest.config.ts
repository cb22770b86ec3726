import { mergeConfig } from 'vitest/config'
import config from '../../vitest.config.js'

/** Instrumented code takes a multiple of the time. */
export default mergeConfig(config, {
  root: '.',
  test: {
    setupFiles: ['test/sanitize/leaks.ts'],
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
  },
})
