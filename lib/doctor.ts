/** What is installed, what is used and what is missing: one finding at a time, each failure with its mend. */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Sketcher } from './batch/sketcher.js'
import { embeddedBundle, loadBundle } from './bundle/bundle.js'
import { verifyBundle } from './bundle/files.js'
import { readManifest } from './bundle/manifest.js'
import { openMpSpinCount } from './config.js'
import { autoDtype } from './torch/auto-dtype.js'
import { type DeviceReport, hasOwnKernels, inspectDevices } from './torch/index.js'
import { candidates } from './torch/locate.js'
import { addonFiles, openedLibTorch, packageRoot } from './torch/native.js'
import { version } from './version.js'

export interface Finding {
  what: string
  ok: boolean
  detail: string
}

/** From the ground up; what rests on a failure is not looked at. */
export async function* diagnose(): AsyncGenerator<Finding> {
  yield fine('silverpoint', `${version}, Node ${process.version}, ${process.platform}-${process.arch}`)
  const addon = await examine('addon', () => {
    const { loader, engines } = addonFiles()
    return `${loader}, for LibTorch ${[...engines.keys()].join(' and ')}`
  })
  yield addon
  if (!addon.ok) return
  for (const { source, folder, refused, version } of candidates([...addonFiles().engines.keys()]))
    yield fine(`LibTorch by ${source}`, `${folder}: ${refused ?? `${version}, ${variant(folder)}, fits`}`)
  const probe = await examine('LibTorch in a process of its own', probeLibTorch)
  yield probe
  if (!probe.ok) return
  yield await examine('LibTorch', describeLibTorch)
  yield await examine('GPU', describeGpu)
  yield fine('threads', describeThreads(await inspectDevices()))
  yield await examine('embedded bundle', describeBundle)
  yield await examine('self test', selfTest)
}

const fine = (what: string, detail: string): Finding => ({ what, ok: true, detail })

async function examine(what: string, look: () => string | Promise<string>): Promise<Finding> {
  try {
    return fine(what, await look())
  } catch (error) {
    return { what, ok: false, detail: (error as Error).message }
  }
}

const variant = (folder: string): string =>
  existsSync(join(folder, 'lib', 'libtorch_cuda.so')) ? 'CPU and CUDA' : 'CPU'

/** A library that crashes when it is opened must not take the doctor with it. */
async function probeLibTorch(): Promise<string> {
  const script = fileURLToPath(new URL('./torch/probe.js', import.meta.url))
  try {
    await promisify(execFile)(process.execPath, [script])
    return 'opens and computes'
  } catch (cause) {
    const { signal, stderr } = cause as { signal?: string; stderr?: string }
    const reason = signal ? `it was killed by ${signal}` : (stderr || String(cause)).trim()
    throw new Error(`${reason}. Mend: silverpoint libtorch install`)
  }
}

async function describeLibTorch(): Promise<string> {
  const { cpuCapability } = await inspectDevices()
  const { folder, version, source } = openedLibTorch() as { folder: string; version: string; source: string }
  return `${version} from ${folder} (${source}), ${cpuCapability}; networks compute in ${await autoDtype('cpu')} on the CPU unless --dtype says otherwise`
}

async function describeGpu(): Promise<string> {
  const driver = '/proc/driver/nvidia/version'
  if (!existsSync(driver)) return 'no NVIDIA driver: the CPU computes'
  const { cudaDevices, graphs } = await inspectDevices()
  const [version] = readFileSync(driver, 'utf8').split('\n') as [string]
  if (cudaDevices === 0)
    return `${version.trim()}, but LibTorch has no CUDA or finds no GPU: the CPU computes`
  const dtype = await autoDtype('cuda')
  const own = dtype === 'bfloat16' && (await hasOwnKernels('cuda'))
  const kernels = own ? "our own kernels and LibTorch's" : "LibTorch's kernels"
  const recorded = graphs ? 'are captured as CUDA graphs' : 'are not captured'
  return `${version.trim()}; networks compute in ${dtype} there by ${kernels}, recorded steps ${recorded}`
}

function describeThreads({ threads, cudaDevices }: DeviceReport): string {
  return `${threads} of ${availableParallelism()} (--threads), libgomp spins ${openMpSpinCount()} times; ${cudaDevices} CUDA devices`
}

async function describeBundle(): Promise<string> {
  const { name, resolution } = await readManifest(embeddedBundle())
  return `${name}, ${resolution} px, ${await verifyBundle(embeddedBundle())} files as exported`
}

/** One photo through everything. */
async function selfTest(): Promise<string> {
  await using bundle = await loadBundle(embeddedBundle(), { device: 'cpu' })
  await using sketcher = new Sketcher(bundle, { optional: 'a pencil sketch', batch: 1 })
  const start = performance.now()
  for await (const { sketch, error } of sketcher.sketch([
    join(packageRoot(), 'examples/demo/pair/photo.png'),
  ])) {
    if (error) throw error
    const { data } = sketch
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length
    const deviation = Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length)
    if (!(deviation > 0.01))
      throw new Error(`the sketch is empty (deviation ${deviation}). Mend: reinstall silverpoint`)
  }
  return `a photo sketched in ${((performance.now() - start) / 1000).toFixed(1)} s`
}
