import { Command } from 'commander'
import { installLibTorch } from '../../torch/install.js'
import { interruptible } from '../interrupt.js'
import { withJson } from '../options.js'
import { Output } from '../output.js'

export function libtorchCommand(): Command {
  const install = new Command('install')
    .description('fetch LibTorch from PyPI into the cache; the size is said first')
    .option('--from <path>', 'a folder of wheels, or a LibTorch folder, instead of the network')
  return new Command('libtorch').description('the library that computes').addCommand(
    withJson(install).action(async (options: { from?: string; json?: boolean }) => {
      const output = new Output(options)
      const folder = await interruptible((signal) =>
        installLibTorch({ from: options.from, signal, say: (text) => output.note(text) }),
      )
      output.result(folder, { libtorch: folder })
    }),
  )
}
