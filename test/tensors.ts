import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { memoryStatistics } from '../lib/torch/index.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What is in memory, once all that earlier tests dropped without disposing of it is gone. */
export async function settledMemory(): Promise<ReturnType<typeof memoryStatistics>> {
  for (let i = 0; i < 3; i++) {
    collect()
    // Finalizers run when the event loop turns, and their tensors go in the compute thread's order.
    await setTimeout(10)
  }
  return memoryStatistics()
}
