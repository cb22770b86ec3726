import { cudaGraphs } from '../config.js'
import { SilverpointError } from '../errors.js'
import { answered } from './call-sites.js'
import type { Device } from './dtype.js'
import { native } from './native.js'

/** What there is to compute with. */
export interface DeviceReport {
  /** How many GPUs LibTorch can use. */
  cudaDevices: number
  /** Whether recorded programs on a GPU are captured as CUDA graphs: where LibTorch offers them, unless they are switched off. */
  graphs: boolean
  /** How many threads compute on the CPU. */
  threads: number
  /** LibTorch's name of the vector instructions it uses, such as AVX512. */
  cpuCapability: string
}

/**
 * Opens LibTorch, if it is not yet, and sets how many threads compute. `libtorch`: the folder to look in first.
 * @throws LIBTORCH_NOT_FOUND, LIBTORCH_OPEN_FAILED, ADDON_NOT_FOUND, UNSUPPORTED_PLATFORM.
 */
export async function open(options: { libtorch?: string; threads?: number } = {}): Promise<void> {
  const engine = native(options)
  const { threads } = options
  if (threads !== undefined) await answered<void>((answer) => engine.setThreads(threads, answer))
}

/** What there is to compute with; opens LibTorch. @throws as open does. */
export async function inspectDevices(): Promise<DeviceReport> {
  const report = await answered<DeviceReport>((answer) => native().inspect(answer))
  return { ...report, graphs: report.graphs && cudaGraphs() }
}

/** Whether a GPU multiplies bfloat16 by units of its own. */
export async function multipliesBfloat16(device: Device): Promise<boolean> {
  return answered((answer) => native().multipliesBfloat16(device, answer))
}

/**
 * Whether networks in bfloat16 compute on a GPU by our own kernels too: where NVRTC compiles them and they are found to compute what
 * LibTorch's do.
 */
export async function hasOwnKernels(device: Device): Promise<boolean> {
  return answered((answer) => native().hasOwnKernels(device, answer))
}

/** `auto` is the first GPU, or the CPU where there is none; a device that was named must be there. @throws DEVICE_UNAVAILABLE. */
export async function resolveDevice(wanted: Device | 'auto'): Promise<Device> {
  if (wanted === 'cpu') return 'cpu'
  const { cudaDevices } = await inspectDevices()
  if (wanted === 'auto') return cudaDevices > 0 ? 'cuda' : 'cpu'
  const index = Number(wanted.split(':')[1] ?? 0)
  if (index < cudaDevices) return wanted
  throw new SilverpointError(
    'DEVICE_UNAVAILABLE',
    `Expected the device ${wanted} but found ${cudaDevices} CUDA devices. Use --device cpu, or install a LibTorch with CUDA (silverpoint libtorch install --cuda) on a machine with an NVIDIA driver.`,
  )
}

/** What the tensors of a thread hold. */
export interface MemoryStatistics {
  /** Their memory, each storage counted once however many views it has. */
  bytes: number
  /** How many there are. */
  tensors: number
  /** Steps of the compute thread, of all threads, that are queued or under way. */
  queued: number
}

/** What the tensors of this thread, the main one or a worker, hold. */
export function memoryStatistics(): MemoryStatistics {
  return native().memory()
}
