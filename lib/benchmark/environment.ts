import { cpus } from 'node:os'
import type { Bundle } from '../bundle/bundle.js'
import { inspectDevices } from '../torch/index.js'
import { openedLibTorch } from '../torch/native.js'
import { version } from '../version.js'
import type { Results } from './results.js'

/** What runs a benchmark: seconds of two cannot stand in one table. */
export async function environmentOf({ dtype, device }: Bundle): Promise<Results['environment']> {
  const { threads, cpuCapability } = await inspectDevices()
  return {
    silverpoint: version,
    libtorch: openedLibTorch()?.version as string,
    platform: `${process.platform}-${process.arch}`,
    cpu: `${cpus()[0]?.model.trim()}, ${cpuCapability}`,
    threads,
    dtype,
    device,
  }
}
