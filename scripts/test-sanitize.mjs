// The native tests with the addon under AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer. Built into
// .build/sanitize, never into build/. Fails on any report of our code (scripts/sanitizer-reports.mjs says what is).
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, rmSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { findOrInstall } from '../dist/torch/install.js'
import { readReports } from './sanitizer-reports.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
process.chdir(root)
const OPERATORS = ['attention', 'convolution', 'geglu', 'group-norm', 'linear', 'segments']
const TESTS = [...OPERATORS, 'engine', 'lanes', 'record', 'random', 'lifecycle', 'learn', 'sketcher']
const built = join(root, '.build', 'sanitize')
const reports = join(built, 'reports')

/** GCC's own name of a library, a path where it is installed. */
function libraryOfCompiler(name) {
  const { stdout = '' } = spawnSync('g++', [`-print-file-name=${name}`], { encoding: 'utf8' })
  const path = stdout.trim()
  if (isAbsolute(path)) return path
  console.error(
    `Expected GCC on Linux with ${name} but found none. Install it: apt-get install g++ cmake make (Debian, Ubuntu), or dnf install gcc-c++ cmake make libasan libubsan (Fedora, RHEL)`,
  )
  process.exit(1)
}

const preloaded = ['libasan.so', 'libubsan.so', 'libstdc++.so'].map(libraryOfCompiler).join(' ')
execFileSync(process.execPath, ['scripts/compile-addon.mjs', '--sanitize'], { stdio: ['ignore', 2, 2] })
rmSync(reports, { recursive: true, force: true })
mkdirSync(reports, { recursive: true })

const log = `log_path=${join(reports, 'report')}`
const environment = {
  LIFECYCLE_TIMES: '4',
  ...process.env,
  LD_PRELOAD: preloaded,
  // A leak must not change how a process ends: the tests look at that. Errors of memory abort it. More memory than
  // there is gives none, as without the sanitizer: the tests ask for it.
  ASAN_OPTIONS: `${log}:abort_on_error=1:exitcode=0:allocator_may_return_null=1`,
  LSAN_OPTIONS: `suppressions=${join(root, 'test', 'sanitize', 'lsan.supp')}:exitcode=0`,
  // Its log_path becomes AddressSanitizer's, whose library has the function of that name; it writes to stderr itself.
  UBSAN_OPTIONS: `${log}:print_stacktrace=1`,
  SILVERPOINT_PREBUILD: built,
  SILVERPOINT_LIBTORCH: await findOrInstall(console.error),
  // Each process would ask Python for its torch, preloaded as it is: half a minute in all.
  SILVERPOINT_PYTHON: 'none',
  OMP_NUM_THREADS: '1',
}
const vitest = spawn(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    ...TESTS.map((name) => `test/${name}.test.ts`),
    '--config=test/sanitize/vitest.config.ts',
  ],
  { stdio: ['ignore', 'inherit', 'pipe'], env: environment },
)
// Where UndefinedBehaviorSanitizer's reports are.
vitest.stderr.pipe(process.stderr)
const [[status]] = await Promise.all([
  once(vitest, 'close'),
  pipeline(vitest.stderr, createWriteStream(join(reports, 'stderr'))),
])

const { failures, leaks } = readReports(reports)
for (const failure of failures) console.log(`\n${failure}`)
console.log('\nLeaks that are none of ours:')
if (leaks.size === 0) console.log('  none')
for (const [owner, { bytes, objects }] of leaks) console.log(`  ${owner}: ${objects} objects, ${bytes} bytes`)
console.log(
  `${TESTS.length} test files under AddressSanitizer and UndefinedBehaviorSanitizer: tests ${status === 0 ? 'passed' : 'FAILED'}, ${failures.length} reports of our code`,
)
process.exitCode = status === 0 && failures.length === 0 ? 0 : 1
