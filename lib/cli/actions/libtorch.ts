import { installLibTorch } from '../../torch/install.js'
import { interruptible } from '../interrupt.js'
import type { Output } from '../output.js'

export async function install(
  { cuda, from }: { cuda?: boolean; from?: string },
  output: Output,
): Promise<void> {
  const folder = await interruptible(output, (signal) =>
    installLibTorch({ cuda, from, signal, ...output.listeners() }),
  )
  output.result(folder, { libtorch: folder })
}
