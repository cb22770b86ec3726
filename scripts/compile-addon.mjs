// The native build, by CMakeLists.txt through cmake-js: what setup.mjs, and binding.gyp for node-gyp and prebuildify, run.
import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findOrInstall } from '../dist/torch/install.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const libtorch = await findOrInstall((text) => console.error(text))
const cmakeJs = join(root, 'node_modules', 'cmake-js', 'bin', 'cmake-js')
const args = ['compile', '--silent', '--parallel', '2', `--CDSILVERPOINT_LIBTORCH=${libtorch}`]
execFileSync(process.execPath, [cmakeJs, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
