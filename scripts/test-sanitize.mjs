// The native tests with the addon under AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer. Built into
// .build/sanitize, never into build/. Only our own code is instrumented: what it reports is ours, but for leaks whose
// stacks have no frame of ours, which are listed by library.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
process.chdir(root)
const TESTS = ['engine', 'record', 'random', 'lifecycle', 'learn', 'sketcher']
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
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    ...TESTS.map((name) => `test/${name}.test.ts`),
    '--config=test/sanitize/vitest.config.ts',
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      LD_PRELOAD: preloaded,
      // A leak must not change how a process ends: the tests look at that. Errors of memory abort it.
      ASAN_OPTIONS: `${log}:abort_on_error=1:exitcode=0`,
      LSAN_OPTIONS: `suppressions=${join(root, 'test', 'sanitize', 'lsan.supp')}:exitcode=0:print_suppressions=0`,
      UBSAN_OPTIONS: `${log}:print_stacktrace=1:exitcode=0`,
      SILVERPOINT_PREBUILD: built,
      OMP_NUM_THREADS: '1',
    },
  },
)

const OURS = /silverpoint-torch[\d.]+\.so|silverpoint\.node|\/native\/\w+\.(cc|h|c)\b/
const ALLOCATORS = /interceptor|operator new|lib(a|ub)san|libstdc\+\+/
const failures = []
const leaks = new Map()

for (const name of readdirSync(reports)) {
  for (const block of readFileSync(join(reports, name), 'utf8').split(/\n\n|(?=^\S+: runtime error: )/m)) {
    const leak = /^(?:Direct|Indirect) leak of (\d+) byte\(s\) in (\d+) object/.exec(block.trim())
    if (leak && !OURS.test(block)) count(libraryOf(block), Number(leak[1]), Number(leak[2]))
    else if (leak || /ERROR: (?!LeakSanitizer)|runtime error: /.test(block)) failures.push(block.trim())
  }
}

function count(library, bytes, objects) {
  const known = leaks.get(library) ?? { bytes: 0, objects: 0 }
  leaks.set(library, { bytes: known.bytes + bytes, objects: known.objects + objects })
}

/** Where the first frame lies that is no allocator's. */
function libraryOf(block) {
  const frame = block.split('\n').find((line) => /^\s*#\d/.test(line) && !ALLOCATORS.test(line)) ?? ''
  return /\(([^()+]+)\+0x/.exec(frame)?.[1] ?? 'unknown'
}

for (const failure of failures) console.log(`\n${failure}`)
console.log('\nLeaks of others, by library (none of ours is in their stacks):')
if (leaks.size === 0) console.log('  none')
for (const [library, { bytes, objects }] of leaks)
  console.log(`  ${library}: ${objects} objects, ${bytes} bytes`)
console.log(
  `${TESTS.length} test files under AddressSanitizer and UndefinedBehaviorSanitizer: tests ${status === 0 ? 'passed' : 'FAILED'}, ${failures.length} reports of our code`,
)
process.exitCode = status === 0 && failures.length === 0 ? 0 : 1
