import { Command } from 'commander'
import { examples } from '../examples.js'
import { lazily } from '../lazily.js'

export const libtorchCommand = (): Command =>
  new Command('libtorch')
    .description('the library that computes')
    .addCommand(installCommand())
    .addHelpText(
      'after',
      examples('silverpoint libtorch install', 'silverpoint libtorch install --from wheels/'),
    )

const installCommand = (): Command =>
  new Command('install')
    .description('fetch LibTorch from PyPI into the cache; the size is said first')
    .option('--cuda', 'with all that NVIDIA GPUs need (2.5 GB to download)')
    .option(
      '--from <path>',
      "torch's wheel, a folder of wheels, or a LibTorch folder, instead of the network",
    )
    .addHelpText(
      'after',
      examples(
        'silverpoint libtorch install',
        'silverpoint libtorch install --cuda',
        'silverpoint libtorch install --from wheels/    # without the network',
      ),
    )
    .action(lazily(async () => (await import('../actions/libtorch.js')).install))
