import { SilverpointError } from '../errors.js'
import { typedError } from './call-sites.js'
import type { Device } from './dtype.js'
import { native } from './native.js'

export interface DeviceReport {
  cudaDevices: number
  threads: number
  /** LibTorch's name of the vector instructions it uses, such as AVX512. */
  cpuCapability: string
}

/** Opens LibTorch, if it is not yet, and sets how many threads compute. */
export async function open(options: { libtorch?: string; threads?: number } = {}): Promise<void> {
  const engine = native(options)
  if (options.threads !== undefined) await engine.setThreads(options.threads)
}

export async function inspectDevices(): Promise<DeviceReport> {
  try {
    return await native().inspect()
  } catch (error) {
    throw typedError(error)
  }
}

/** `auto` is the first GPU, or the CPU where there is none; a device that was named must be there. */
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

/** What this environment's tensors hold: bytes (counted once a storage), tensors, and steps still queued. */
export function memoryStatistics(): { bytes: number; tensors: number; queued: number } {
  return native().memory()
}
