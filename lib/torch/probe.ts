/** Opens LibTorch and computes once: run as a process of its own, where a crash harms nobody. */
import { ones } from './index.js'

if ((await ones([3]).sum().item()) !== 3) throw new Error('1 + 1 + 1 is not 3')
