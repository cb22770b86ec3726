// Parity with diffusers, transformers, PyTorch and face-api: builds their Python environment, makes the fixtures anew, checks the
// exporter, and runs the tests that read the fixtures. Fetches about 3 GB the first time.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'))
const python = join('.venv', 'bin', 'python')
const requirements = ['models/export/requirements.txt', 'test/peer/requirements.txt']
const run = (command, ...args) =>
  execFileSync(command, args, { stdio: 'inherit', env: { ...process.env, OMP_NUM_THREADS: '1' } })

const digest = createHash('sha256')
for (const file of requirements) digest.update(readFileSync(file))
const stamp = join('.venv', 'requirements.sha256')
const wanted = digest.digest('hex')
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.error('peer: making .venv with torch, diffusers and transformers (about 3 GB)')
  run(process.env.SILVERPOINT_PYTHON || 'python3', '-m', 'venv', '.venv')
  run(python, '-m', 'pip', 'install', '--quiet', ...requirements.flatMap((file) => ['-r', file]))
  writeFileSync(stamp, wanted)
}
for (const module of ['make', 'parity', 'refusals', 'metrics_export'])
  run(python, '-m', `test.peer.${module}`)
run(process.execPath, 'test/peer/faces.mjs')
run(
  'npx',
  'vitest',
  'run',
  'parity',
  'pez',
  'samplers',
  'noise-schedule',
  'tokenizer',
  'safetensors',
  'metrics',
)
