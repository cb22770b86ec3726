import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // One process at a time, on one thread: two cores, and libgomp suffers beside any other load.
    pool: 'forks',
    poolOptions: { forks: { singleFork: false, maxForks: 2 } },
    env: { OMP_NUM_THREADS: '1' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', './scripts/count-reporter.mjs'],
  },
})
