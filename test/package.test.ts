import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../lib/torch/native.js'
import { version } from '../lib/version.js'

let app: string
beforeAll(() => {
  app = mkdtempSync(join(tmpdir(), 'silverpoint-app-'))
  mkdirSync(join(app, 'node_modules'))
  symlinkSync(packageRoot(), join(app, 'node_modules', 'silverpoint'), 'dir')
  symlinkSync(join(packageRoot(), 'node_modules', 'sharp'), join(app, 'node_modules', 'sharp'), 'dir')
})
afterAll(() => rmSync(app, { recursive: true }))

const PROGRAM = `
const blank = { width: 64, height: 64, data: new Float32Array(3 * 64 * 64) }
Promise.all([torch.ones([2]).sum().item(), detectFaces(blank)]).then(([sum, faces]) =>
  console.log(version, sum, faces.length, embeddedBundle()),
)`
const WANTED = `${version} 2 0 ${join(packageRoot(), 'models', 'embedded')}\n`
/** From another folder: nothing may depend on where one stands. */
const run = (file: string) =>
  execFileSync(process.execPath, [file], { cwd: tmpdir(), encoding: 'utf8', stdio: 'pipe' })

describe('a program that uses the package', () => {
  it.each([
    ['program.mjs', `import { detectFaces, embeddedBundle, torch, version } from 'silverpoint'`],
    ['program.cjs', `const { detectFaces, embeddedBundle, torch, version } = require('silverpoint')`],
  ])('%s runs', (name, head) => {
    writeFileSync(join(app, name), `${head}\n${PROGRAM}\n`)
    expect(run(join(app, name))).toBe(WANTED)
  })

  it.each(['esm', 'cjs'] as const)(
    'bundled by esbuild as %s runs, with the package beside it',
    async (format) => {
      const [entry, outfile] = [
        join(app, 'entry.mjs'),
        join(app, 'out', format === 'esm' ? 'app.mjs' : 'app.cjs'),
      ]
      writeFileSync(
        entry,
        `import { detectFaces, embeddedBundle, torch, version } from 'silverpoint'\n${PROGRAM}\n`,
      )
      const { warnings } = await build({
        entryPoints: [entry],
        outfile,
        format,
        bundle: true,
        platform: 'node',
        external: ['sharp', '*.node', '*.so'],
        // What CommonJS packages inside an ES module need: esbuild's own advice.
        banner:
          format === 'esm'
            ? {
                js: `import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);`,
              }
            : {},
        logLevel: 'silent',
      })
      expect(warnings.filter(({ id }) => id !== 'empty-import-meta')).toEqual([])
      expect(run(outfile)).toBe(WANTED)
    },
  )
})

describe('the command', () => {
  it('ends without a complaint when its reader goes away, as head does', async () => {
    const child = spawn(process.execPath, [
      join(packageRoot(), 'dist', 'cli', 'entry.js'),
      'doctor',
      '--json',
    ])
    let stderr = ''
    child.stderr.on('data', (text) => (stderr += text))
    child.stdout.once('data', () => child.stdout.destroy())
    const [code] = await once(child, 'close')
    expect(stderr).toBe('')
    expect(code).toBe(1)
  })
})

describe('the package', () => {
  it('holds what runs, what builds and what explains, and no sources of tests', () => {
    const json = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: packageRoot(),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const paths = JSON.parse(json)[0].files.map(({ path }: { path: string }) => path)
    for (const path of [
      'dist/index.js',
      'dist/index.d.ts',
      'dist/cli/entry.js',
      'native/loader.c',
      'CMakeLists.txt',
    ])
      expect(paths).toContain(path)
    for (const path of [
      'binding.gyp',
      'scripts/compile-addon.mjs',
      'models/export/__main__.py',
      'LICENSE',
      'README.md',
    ])
      expect(paths).toContain(path)
    expect(paths.filter((path: string) => /^(lib|test|bench|build)\/|\.map$|\.pyc$/.test(path))).toEqual([])
  })
})
