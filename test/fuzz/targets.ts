import type { Target } from './target.js'
import { checkpoint } from './targets/checkpoint.js'
import { config } from './targets/config.js'
import { images, pngMetadata } from './targets/images.js'
import { ledger } from './targets/ledger.js'
import { manifest } from './targets/manifest.js'
import { safetensors } from './targets/safetensors.js'
import { styles } from './targets/style.js'
import { merges, texts, vocabulary } from './targets/tokenizer.js'

export const TARGETS: readonly Target[] = [
  ...[safetensors, styles, checkpoint, manifest, vocabulary, merges, texts],
  ...[pngMetadata, ...images, ledger, config],
]
