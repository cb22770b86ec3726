import { type Bundle, loadBundle } from '../../bundle/bundle.js'
import type { ModelOptions } from '../options.js'
import type { Output } from '../output.js'

/** Opens the bundle that the options name, saying where it runs. */
export async function openBundle(options: ModelOptions, output: Output): Promise<Bundle> {
  const bundle = await loadBundle(options.bundle, options)
  const { name } = bundle.manifest
  const fell = options.device === 'auto' && bundle.device === 'cpu' ? ' (no GPU found)' : ''
  output.note(`bundle ${name} on ${bundle.device}${fell}, ${bundle.dtype}`)
  return bundle
}
