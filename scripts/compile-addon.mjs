// The native build, by CMakeLists.txt through cmake-js: what setup.mjs, and binding.gyp for node-gyp and prebuildify, run.
// --sanitize: instrumented, into a folder apart (scripts/test-sanitize.mjs).
// In an installed package: npm install cmake-js node-addon-api, then node node_modules/silverpoint/scripts/compile-addon.mjs
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findOrInstall } from '../dist/torch/install.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { resolve } = createRequire(import.meta.url)
const folderOf = (name) => {
  try {
    return dirname(resolve(`${name}/package.json`))
  } catch {
    console.error(`Expected ${name} but it is not installed. Run: npm install cmake-js node-addon-api`)
    process.exit(1)
  }
}
const sanitize = process.argv.includes('--sanitize')
const cmakeJs = join(folderOf('cmake-js'), 'bin', 'cmake-js')
const settings = {
  SILVERPOINT_NODE_ADDON_API: folderOf('node-addon-api'),
  SILVERPOINT_LIBTORCH: await findOrInstall((text) => console.error(text)),
  SILVERPOINT_SANITIZE: sanitize ? 'ON' : 'OFF',
}
const args = [
  'compile',
  '--silent',
  '--parallel',
  '2',
  '--directory',
  root,
  '--out',
  join(root, '.build', sanitize ? 'cmake-sanitize' : 'cmake'),
]
for (const [name, value] of Object.entries(settings)) args.push(`--CD${name}=${value}`)
execFileSync(process.execPath, [cmakeJs, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
