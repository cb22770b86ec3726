import { verifyBundle } from '../../bundle/files.js'
import { listBundles } from '../../bundle/list.js'
import { runExport, runReference } from '../../bundle/python.js'
import { checkAgainstDiffusers } from '../../diffusion/check-bundle.js'
import { interruptible } from '../interrupt.js'
import type { ModelOptions } from '../options.js'
import type { Output } from '../output.js'
import { openBundle } from './open-bundle.js'

interface ExportCliOptions {
  output: string
  clip?: string
  name?: string
  weights: string
}

export async function exportBundle(
  source: string,
  { output: folder, clip, name, weights }: ExportCliOptions,
  output: Output,
): Promise<void> {
  const bundle = await interruptible(output, (signal) =>
    runExport(source, { output: folder, clip, name, weights, signal, quiet: output.quiet }),
  )
  output.result(bundle, { bundle })
}

interface CheckOptions extends ModelOptions {
  againstDiffusers?: string
  clip?: string
  size?: number
}

export async function checkBundle(
  folder: string | undefined,
  options: CheckOptions,
  output: Output,
): Promise<void> {
  await using bundle = await openBundle({ ...options, bundle: folder ?? options.bundle }, output)
  const files = await verifyBundle(bundle.folder)
  output.result(`${files} files as exported; every role gives the shapes it should`, { files })
  const { againstDiffusers: source, clip, size } = options
  if (!source) return
  const differences = await interruptible(output, (signal) =>
    runReference(source, { clip, size, signal, quiet: output.quiet }, (reference) =>
      checkAgainstDiffusers(bundle, reference),
    ),
  )
  for (const { what, difference, magnitude } of differences) {
    output.result(
      `${what}: max difference ${difference.toExponential(1)} (values up to ${magnitude.toPrecision(3)})`,
      { what, difference, magnitude },
    )
  }
}

export async function listAll(folders: string[], _options: unknown, output: Output): Promise<void> {
  for (const { folder, manifest, bytes } of await listBundles(folders)) {
    const { name, kind, resolution, weightsId } = manifest
    output.result(
      `${name}  ${kind}  ${resolution} px  ${(bytes / 1e6).toFixed(1)} MB  ${weightsId.slice(0, 12)}  ${folder}`,
      { folder, name, kind, resolution, weightsId, bytes },
    )
  }
}
