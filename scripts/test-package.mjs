// Tests the package as a stranger meets it: packed, installed with install scripts off into an empty folder on a machine
// with node, npm, Python and no compiler, and used. `npm run test:package -- --full` also downloads LibTorch (540 MB)
// into an empty cache; without it LibTorch is the one in the user's cache. --prebuilt takes prebuilds/ as it is, and
// wants all that are released to be there.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const full = process.argv.includes('--full')
const prebuilt = process.argv.includes('--prebuilt')
const platforms = prebuilt
  ? ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64']
  : [`${process.platform}-${process.arch}`]
const work = mkdtempSync(join(tmpdir(), 'silverpoint-package-'))
process.on('exit', () => rmSync(work, { recursive: true, force: true }))
process.chdir(root)

const COMPILERS = ['cc', 'c++', 'gcc', 'g++', 'clang', 'clang++', 'cmake', 'make', 'ninja', 'node-gyp']
const TOOLS = [
  'sh',
  'env',
  'uname',
  'ls',
  'cat',
  'cp',
  'mv',
  'rm',
  'mkdir',
  'dirname',
  'readlink',
  'sleep',
  'tty',
]
const REQUIRED = [
  ...[
    'dist/index.js',
    'dist/index.d.ts',
    'dist/cli/entry.js',
    'models/export/__main__.py',
    'models/training/codec.py',
  ],
  ...[
    'examples/demo/pair/photo.png',
    'native/loader.c',
    'CMakeLists.txt',
    'binding.gyp',
    'scripts/compile-addon.mjs',
  ],
  ...['LICENSE', 'README.md', 'package.json'],
  ...platforms.map((platform) => `prebuilds/${platform}/silverpoint.node`),
  ...(existsSync('models/embedded') ? ['models/embedded/bundle.json'] : []),
]
const UNWANTED = /^(lib|test|bench|build|node_modules|\.)|\.map$|__pycache__|\.pyc$|\.ts(?<!\.d\.ts)$/

let step = 0
const say = (text) => console.log(`\n${++step}. ${text}`)

function fail(text) {
  console.error(`FAILED: ${text}`)
  process.exit(1)
}

/** Runs a program of this repository's, as its developers do. */
const tool = (...command) => execFileSync('npx', ['--no-install', ...command], { stdio: 'inherit' })

/** A PATH of nothing but what a machine without a compiler has. */
function bareMachine() {
  const bin = join(work, 'bin')
  mkdirSync(bin)
  const which = (name) =>
    process.env.PATH.split(delimiter)
      .map((folder) => join(folder, name))
      .find(existsSync)
  // The real Python: a version manager's stand-in for it needs a shell and more.
  const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
    encoding: 'utf8',
  }).trim()
  const programs = { node: process.execPath, npm: which('npm'), npx: which('npx'), python3: python }
  for (const name of TOOLS) if (which(name)) programs[name] = which(name)
  for (const [name, path] of Object.entries(programs)) symlinkSync(path, join(bin, name))
  for (const name of COMPILERS) if (existsSync(join(bin, name))) fail(`${name} is on the bare machine's PATH`)
  const cache = full
    ? join(work, 'cache')
    : join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'silverpoint')
  // npm run's own variables would lead npm back to this repository.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|INIT_CWD|NODE$|LIBTORCH|SILVERPOINT)/.test(name),
  )
  return { ...Object.fromEntries(inherited), PATH: bin, SILVERPOINT_CACHE: cache }
}

if (!prebuilt) {
  say('making the prebuilt addon')
  execFileSync(process.execPath, ['scripts/prebuild.mjs'], { stdio: ['ignore', 1, 2] })
}

say('npm pack')
const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', work], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 2],
})
const [{ filename, size, unpackedSize, files }] = JSON.parse(packed)
const tarball = join(work, filename)
for (const { path, size } of files) console.log(`${String(size).padStart(10)} ${path}`)
console.log(
  `${filename}: ${(size / 1e6).toFixed(2)} MB, ${(unpackedSize / 1e6).toFixed(2)} MB unpacked, ${files.length} files`,
)
const paths = files.map(({ path }) => path)
for (const path of REQUIRED) if (!paths.includes(path)) fail(`${path} is not in the package`)
for (const path of paths) if (UNWANTED.test(path)) fail(`${path} has no place in the package`)

say('publint')
tool('publint', 'run', tarball, '--strict')

say('are the types wrong?')
// Node has required ES modules since 20.19, the oldest this package runs on, and TypeScript knows (module nodenext):
// one build serves import and require. The rule is for older Nodes.
tool('attw', tarball, '--ignore-rules', 'cjs-resolves-to-esm')

say('installing into an empty folder, without a compiler, with install scripts off')
const env = bareMachine()
const app = join(work, 'app')
mkdirSync(app)
/** Runs a program on the bare machine. `wanted`: the exit code. */
function there(command, args, { wanted = 0, show = true } = {}) {
  console.log(`$ ${[command, ...args].join(' ')}`)
  const { status, stdout, stderr, error } = spawnSync(join(work, 'bin', command), args, {
    cwd: app,
    env,
    encoding: 'utf8',
  })
  if (error) throw error
  if (show || status !== wanted) process.stdout.write(stdout + stderr)
  if (status !== wanted) fail(`${command} ended with ${status}, not ${wanted}`)
  return { stdout, stderr }
}
there('npm', ['init', '--yes'], { show: false })
there('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', tarball])
const silverpoint = (...args) => there('npx', ['--no-install', 'silverpoint', ...args])
silverpoint('--version')

say('the demo')
if (existsSync('models/embedded')) {
  const { stderr } = silverpoint('demo', '--output', 'demo')
  if (full && !/to download, .* kept/.test(stderr)) fail('the size of the download was not said')
  if (!existsSync(join(app, 'demo', 'sketches', 'contact-sheet.png'))) fail('the demo made no contact sheet')
  silverpoint('doctor')
} else {
  console.log(
    "NOTE: models/embedded is not there: learning and sketching with the tests' tiny bundle INSTEAD OF the demo",
  )
  silverpoint('libtorch', 'install')
  const samples = join(app, 'node_modules', 'silverpoint', 'examples', 'demo')
  const pair = ['photo.png', 'sketch.png'].map((name) => join(samples, 'pair', name))
  const bundle = ['--bundle', join(root, 'test', 'fixtures', 'tiny'), '--steps', '2']
  silverpoint('learn', ...pair, '-o', 'style.safetensors', '--text', 'a sketch', ...bundle)
  silverpoint('sketch', 'style.safetensors', join(samples, 'photos'), '-o', 'sketches', ...bundle)
  if (!existsSync(join(app, 'sketches', 'contact-sheet.png'))) fail('no contact sheet was made')
}

say('import and require')
const use = 'torch.ones([2]).sum().item().then((sum) => console.log(version, sum))'
writeFileSync(join(app, 'use.mjs'), `import { torch, version } from 'silverpoint'\n${use}\n`)
writeFileSync(join(app, 'use.cjs'), `const { torch, version } = require('silverpoint')\n${use}\n`)
for (const program of ['use.mjs', 'use.cjs']) {
  const { stdout, stderr } = there('node', [program])
  if (!/^\d+\.\d+\.\d+ 2\n$/.test(stdout) || stderr) fail(`${program} printed something else`)
}

say('types, for import and for require')
const typed =
  'const sketcher: Promise<Sketcher> = loadBundle().then((bundle) => new Sketcher(bundle, {} as never))\nvoid sketcher\n'
writeFileSync(join(app, 'types.mts'), `import { loadBundle, Sketcher } from 'silverpoint'\n${typed}`)
writeFileSync(
  join(app, 'types.cts'),
  `import silverpoint = require('silverpoint')\nimport Sketcher = silverpoint.Sketcher\nconst { loadBundle } = silverpoint\n${typed}`,
)
const options = [
  '--noEmit',
  '--strict',
  '--module',
  'nodenext',
  '--target',
  'es2022',
  '--lib',
  'es2023,esnext.disposable',
]
const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')]
tool('tsc', ...options, ...types, join(app, 'types.mts'), join(app, 'types.cts'))

const left = existsSync(env.SILVERPOINT_CACHE) ? readdirSync(join(env.SILVERPOINT_CACHE, 'libtorch')) : []
console.log(`\nLibTorch in the cache: ${left.join(', ')}`)
console.log('The package passed.')
