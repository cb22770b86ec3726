import { Command, Option } from 'commander'
import { verifyBundle } from '../../bundle/files.js'
import { listBundles } from '../../bundle/list.js'
import { runExport, runReference } from '../../bundle/python.js'
import { checkAgainstDiffusers } from '../../diffusion/check-bundle.js'
import { interruptible } from '../interrupt.js'
import { type ModelOptions, openBundle, parseCount, withJson, withModel } from '../options.js'
import { Output } from '../output.js'

export function bundleCommand(): Command {
  return new Command('bundle')
    .description('the models that silverpoint draws with')
    .addCommand(exportCommand())
    .addCommand(checkCommand())
    .addCommand(listCommand())
}

function exportCommand(): Command {
  const command = new Command('export')
    .description(
      'make a bundle of a diffusers InstructPix2Pix checkpoint (needs Python with torch and diffusers)',
    )
    .argument('<source>', 'a diffusers folder, or a name on the hub such as timbrooks/instruct-pix2pix')
    .requiredOption('-o, --output <folder>', 'where the bundle is written')
    .option(
      '--clip <source>',
      "the CLIP of the checkpoint's text encoder (default: SOURCE/clip, else ViT-L/14)",
    )
    .option('--name <name>', "the bundle's name (default: the source's)")
    .addOption(
      new Option('--weights <dtype>', 'what weights are stored as')
        .choices(['float32', 'float16', 'bfloat16'])
        .default('float32'),
    )
    .addHelpText('after', '\nExample:\n  silverpoint bundle export timbrooks/instruct-pix2pix -o ip2p\n')
  return withJson(command).action(async (source: string, options) => {
    const output = new Output(options)
    const folder = await interruptible((signal) => runExport(source, { ...options, signal }))
    output.result(folder, { bundle: folder })
  })
}

interface CheckOptions extends ModelOptions {
  againstDiffusers?: string
  clip?: string
  size?: number
}

function checkCommand(): Command {
  const command = new Command('check')
    .description("check a bundle's files and shapes, or compare it with the checkpoint it was made of")
    .argument('[folder]', 'a bundle (default: the embedded one)')
    .option('--against-diffusers <source>', 'the checkpoint: every role and one whole image are compared')
    .option('--clip <source>', 'its CLIP, as for export')
    .option('--size <px>', "side of the whole image (default: the bundle's)", parseCount)
  return withModel(command).action(async (folder: string | undefined, options: CheckOptions) => {
    const output = new Output(options)
    await using bundle = await openBundle({ ...options, bundle: folder ?? options.bundle }, output)
    const files = await verifyBundle(bundle.folder)
    output.result(`${files} files as exported; every role gives the shapes it should`, { files })
    if (!options.againstDiffusers) return
    const source = options.againstDiffusers
    const differences = await interruptible((signal) =>
      runReference(source, { clip: options.clip, size: options.size, signal }, (reference) =>
        checkAgainstDiffusers(bundle, reference),
      ),
    )
    for (const { what, difference, magnitude } of differences) {
      output.result(
        `${what}: max difference ${difference.toExponential(1)} (values up to ${magnitude.toPrecision(3)})`,
        { what, difference, magnitude },
      )
    }
  })
}

function listCommand(): Command {
  const command = new Command('list')
    .description('the embedded bundle, and those in the folders given')
    .argument('[folders...]', 'bundles, or folders that hold some')
  return withJson(command).action(async (folders: string[], options: { json?: boolean }) => {
    const output = new Output(options)
    for (const { folder, manifest, bytes } of await listBundles(folders)) {
      const { name, kind, resolution, weightsId } = manifest
      output.result(
        `${name}  ${kind}  ${resolution} px  ${(bytes / 1e6).toFixed(1)} MB  ${weightsId.slice(0, 12)}  ${folder}`,
        { folder, name, kind, resolution, weightsId, bytes },
      )
    }
  })
}
