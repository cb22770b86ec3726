// Makes a clean checkout ready: dependencies, TypeScript, LibTorch, the addon. Does only what is missing or stale.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
process.chdir(root)
const run = (command, args, options) => execFileSync(command, args, { stdio: ['ignore', 2, 2], ...options })
const say = (text) => console.error(`setup: ${text}`)

// Stamps and CMake's files lie in .build: node-gyp and prebuildify delete build/.
/** Runs `work` unless the files it depends on are as they were when it last ran. */
async function stamped(name, files, product, work) {
  const sum = createHash('sha256')
  for (const file of files) sum.update(file).update(readFileSync(file))
  const stamp = join('.build', `${name}.stamp`)
  const digest = sum.digest('hex')
  if (existsSync(product) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  say(name)
  await work()
  mkdirSync('.build', { recursive: true })
  writeFileSync(stamp, digest)
}

const under = (folder, ending) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.match(ending))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()

await stamped('installing dependencies from npm', ['package-lock.json'], 'node_modules', () =>
  // No package here needs an install script, and npm would take binding.gyp for one of ours.
  // On Windows npm is a batch file, which a shell has to run.
  run('npm', ['ci', '--ignore-scripts', '--no-fund', '--no-audit'], { shell: process.platform === 'win32' }),
)
await stamped('compiling TypeScript', ['tsconfig.json', ...under('lib', /\.ts$/)], 'dist/index.js', () =>
  run(process.execPath, ['node_modules/typescript/bin/tsc']),
)
const { findOrInstall } = await import('../dist/torch/install.js')
await findOrInstall((text) => say(text))
await stamped(
  'building the addon (about a minute)',
  ['CMakeLists.txt', 'scripts/compile-addon.mjs', ...under('native', /./)],
  'build/Release/silverpoint.node',
  () => run(process.execPath, ['scripts/compile-addon.mjs']),
)
