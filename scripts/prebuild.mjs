// Makes prebuilds/PLATFORM-ARCH/ by prebuildify: through binding.gyp and compile-addon.mjs, so by CMakeLists.txt.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import prebuildify from 'prebuildify'

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'))
execFileSync(process.execPath, ['scripts/setup.mjs'], { stdio: ['ignore', 2, 2] })

// node-gyp wants Node's headers, though nothing is compiled by it: those beside node spare a download.
const prefix = resolve(dirname(process.execPath), '..')
if (existsSync(join(prefix, 'include', 'node', 'node_api.h'))) process.env.npm_config_nodedir ??= prefix

const folder = join('prebuilds', `${process.platform}-${process.arch}`)
rmSync(folder, { recursive: true, force: true })
// The running Node as the target: prebuildify's own choice is the oldest it knows, whose headers it would fetch.
await new Promise((done, fail) =>
  prebuildify({ napi: true, strip: true, targets: [process.version] }, (error) =>
    error ? fail(error) : done(),
  ),
)
for (const name of readdirSync(folder))
  console.log(`${join(folder, name)} ${statSync(join(folder, name)).size}`)
