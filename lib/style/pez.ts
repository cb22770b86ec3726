/** PEZ: a text that describes pictures, by gradient descent (Wen et al., "Hard Prompts Made Easy", NeurIPS 2023). */
import type { Bundle } from '../bundle/bundle.js'
import {
  AdamW,
  cat,
  cosineSimilarity,
  full,
  grad,
  noGrad,
  record,
  scope,
  type Tensor,
  tensor,
  where,
  zeros,
} from '../torch/index.js'
import { throwIfCancelled } from './cancel.js'
import { generator } from './random.js'

export interface PezOptions {
  /** Tokens of the text. */
  tokens: number
  steps: number
  seed: number
  signal?: AbortSignal
  /** Called now and then with the steps done and the best similarity so far. */
  onStep?: (step: number, score: number) => void
}

export interface PezText {
  text: string
  ids: number[]
  /** Mean cosine similarity with the pictures. */
  score: number
}

const CHUNK = 10
const RATE = 0.1
const DECAY = 0.1

/** The best text seen. @param images [B, 3, H, W] in [-1, 1] */
export async function findText(bundle: Bundle, images: Tensor, options: PezOptions): Promise<PezText> {
  const start = randomIds(bundle, options.tokens, options.seed)
  return scope(() => search(bundle, images, start, options))
}

/** Token ids to start from: any but the special ones. */
export function randomIds(bundle: Bundle, count: number, seed: number): number[] {
  const random = generator(seed)
  const { vocabulary } = bundle.manifest.text
  const special = specialIds(bundle)
  const ids: number[] = []
  while (ids.length < count) {
    const id = Math.floor(random() * vocabulary)
    if (!special.includes(id)) ids.push(id)
  }
  return ids
}

/** The search from given token ids. */
export async function search(
  bundle: Bundle,
  images: Tensor,
  start: readonly number[],
  { steps, signal, onStep }: Omit<PezOptions, 'tokens' | 'seed'>,
): Promise<PezText> {
  const { device, text, tokenizer, manifest } = bundle
  const { bos, eos, pad } = manifest.tokenizer
  const features = noGrad(() => bundle.images.encode(images))
  const table = noGrad(() => vocabularyTable(bundle))
  const directions = table.rows.normalize(1).transpose(0, 1)
  const head = text.embed([bos])
  const tail = text.embed([eos, ...new Array(manifest.text.tokens - start.length - 2).fill(pad)])
  const continuous = text.embed(start).squeeze(0).requiresGrad()
  const optimizer = new AdamW([continuous], { lr: RATE, weightDecay: DECAY, device })
  const best = { score: full([], -2, { device }), ids: zeros([start.length], { device, dtype: 'int64' }) }

  using step = record(() => {
    const nearest = continuous.detach().normalize(1).matmul(directions).add(table.mask).argmax(1)
    const projected = table.rows.indexSelect(0, nearest).requiresGrad()
    const { pooled } = text.encodeEmbeddings(cat([head, projected.unsqueeze(0), tail], 1), start.length + 1)
    const score = cosineSimilarity(text.project(pooled), features).mean()
    // The gradient at the projected point moves the continuous one.
    optimizer.step([grad(score.neg().add(1), projected)])
    noGrad(() => {
      const better = score.gt(best.score)
      best.ids.copy_(where(better, nearest, best.ids))
      best.score.copy_(where(better, score.detach(), best.score))
    })
  })
  for (let done = 0; done < steps; ) {
    throwIfCancelled(signal, 'The search for a text was cancelled.')
    const times = Math.min(CHUNK, steps - done)
    await step.run(times)
    done += times
    onStep?.(done, await best.score.item())
  }
  const ids = [...((await best.ids.toArray()) as BigInt64Array)].map(Number)
  return { text: tokenizer.decode(ids), ids, score: await best.score.item() }
}

/** The token table [V, width], and a mask [V] that keeps special tokens from being nearest. */
function vocabularyTable(bundle: Bundle): { rows: Tensor; mask: Tensor } {
  const { device, text, manifest } = bundle
  const { vocabulary } = manifest.text
  const rows = text.embed([...Array(vocabulary).keys()]).squeeze(0)
  const special = specialIds(bundle)
  const penalties = Float32Array.from({ length: vocabulary }, (_, id) => (special.includes(id) ? -1e4 : 0))
  return { rows, mask: tensor(penalties, [vocabulary], { device }) }
}

function specialIds({ manifest }: Bundle): number[] {
  const { bos, eos, pad } = manifest.tokenizer
  return [bos, eos, pad]
}
