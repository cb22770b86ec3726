// Compiles test/fuzz, which reads the sources of lib, and runs it with the options given.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'))
const outfile = join('.build', 'fuzz.mjs')
await build({
  // Files are found beside the sources.
  define: { 'import.meta.url': JSON.stringify(pathToFileURL(join('test', 'fuzz.mjs')).href) },
  entryPoints: ['test/fuzz/main.ts'],
  ...{
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: true,
  },
})
const { status } = spawnSync(process.execPath, ['--enable-source-maps', outfile, ...process.argv.slice(2)], {
  stdio: 'inherit',
})
process.exitCode = status ?? 1
