import { Command } from 'commander'
import { installLibTorch } from '../../torch/install.js'
import { interruptible } from '../interrupt.js'
import { withJson } from '../options.js'
import { Output } from '../output.js'

export function libtorchCommand(): Command {
  const install = new Command('install')
    .description('fetch LibTorch from PyPI into the cache; the size is said first')
    .option('--cuda', 'with all that NVIDIA GPUs need (2.5 GB to download)')
    .option(
      '--from <path>',
      "torch's wheel, a folder of wheels, or a LibTorch folder, instead of the network",
    )
  return new Command('libtorch').description('the library that computes').addCommand(
    withJson(install).action(async (options: { cuda?: boolean; from?: string; json?: boolean }) => {
      const output = new Output(options)
      const folder = await interruptible((signal) =>
        installLibTorch({ cuda: options.cuda, from: options.from, signal, say: (text) => output.note(text) }),
      )
      output.result(folder, { libtorch: folder })
    }),
  )
}
