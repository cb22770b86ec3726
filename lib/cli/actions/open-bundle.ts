import { type Bundle, type BundleOptions, loadBundle } from '../../bundle/bundle.js'
import { inspectDevices } from '../../torch/index.js'
import { openedLibTorch } from '../../torch/native.js'
import { secondsSince } from '../duration.js'
import type { ModelOptions } from '../options.js'
import type { Output } from '../output.js'

/** Opens the bundle that the options name, saying where it runs. */
export async function openBundle(
  options: ModelOptions & Pick<BundleOptions, 'gradientCheckpointing'>,
  output: Output,
): Promise<Bundle> {
  const started = performance.now()
  const bundle = await loadBundle(options.bundle, options)
  const { name, resolution } = bundle.manifest
  const fell = options.device === 'auto' && bundle.device === 'cpu' ? ' (no GPU found)' : ''
  output.note(`bundle ${name} on ${bundle.device}${fell}, ${bundle.dtype}`)
  if (output.verbose) {
    const { cudaDevices, threads, cpuCapability } = await inspectDevices()
    const libtorch = openedLibTorch()
    output.detail(`bundle: ${bundle.folder}, ${resolution} px, opened in ${secondsSince(started)}`)
    output.detail(`LibTorch: ${libtorch?.version} in ${libtorch?.folder}, named by ${libtorch?.source}`)
    output.detail(`device: ${cudaDevices} CUDA devices; ${threads} threads, ${cpuCapability}`)
  }
  return bundle
}
