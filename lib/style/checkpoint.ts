/** A learning run on disk: enough to go on with the same bits. */
import { existsSync } from 'node:fs'
import * as v from 'valibot'
import { isObject } from '../data/json.js'
import {
  readSafetensors,
  type SafetensorsFile,
  type StoredTensor,
  serialiseSafetensors,
} from '../data/safetensors.js'
import { parseJsonAs } from '../data/schema.js'
import { writeFileAtomically } from '../data/write-file.js'
import { brief, SilverpointError } from '../errors.js'
import { TEXT_SOURCES } from './provenance.js'
import { StepLossesSchema } from './step-losses.js'

/** Whatever makes two runs differ. */
export type Settings = Record<string, unknown>

/** What the run knows besides tensors. */
const State = v.object({
  /** The text it began from. */
  initial: v.object({ text: v.string(), from: v.picklist(TEXT_SOURCES) }),
  history: v.array(StepLossesSchema),
  /** The iterate kept so far; null before there is one. */
  best: v.nullable(
    v.object({ step: v.pipe(v.number(), v.safeInteger('a whole number'), v.minValue(0)), score: v.number() }),
  ),
})

export type State = v.InferOutput<typeof State>

export interface Checkpoint {
  tensors: Record<string, StoredTensor>
  state: State
}

const FORMAT = 'silverpoint-checkpoint'

export async function saveCheckpoint(
  path: string,
  settings: Settings,
  { tensors, state }: Checkpoint,
): Promise<void> {
  const metadata = { format: FORMAT, settings: JSON.stringify(settings), state: JSON.stringify(state) }
  await writeFileAtomically(path, serialiseSafetensors({ tensors, metadata }))
}

/**
 * The checkpoint at `path`; undefined where there is none.
 * @throws CHECKPOINT_MISMATCH where it is of a run with other settings, naming the first.
 */
export async function loadCheckpoint(path: string, settings: Settings): Promise<Checkpoint | undefined> {
  if (!existsSync(path)) return undefined
  const { tensors, metadata } = await readSafetensors(path)
  const saved = parse(metadata, path)
  for (const [name, value] of Object.entries(settings)) {
    const [wanted, got] = [JSON.stringify(value), saved.settings.get(name) ?? 'none']
    if (wanted === got) continue
    throw new SilverpointError(
      'CHECKPOINT_MISMATCH',
      `Expected a checkpoint with ${name} ${brief(wanted)} in ${path} but received one with ${brief(got)}. Use the settings it was begun with, or delete it to begin anew.`,
    )
  }
  return { tensors, state: saved.state }
}

/** Each setting as JSON. */
function parse(
  metadata: SafetensorsFile['metadata'],
  path: string,
): { settings: Map<string, string>; state: State } {
  try {
    if (metadata.format !== FORMAT) throw new Error(`its format is ${metadata.format}`)
    const settings: unknown = JSON.parse(metadata.settings ?? '')
    if (!isObject(settings)) throw new Error('its settings are no object')
    const { value: state, misfit } = parseJsonAs(State, metadata.state ?? '')
    if (misfit) throw new Error(`not ${misfit.wanted} in its state but ${misfit.got}`)
    const texts = Object.entries(settings).map(([name, value]) => [name, JSON.stringify(value)] as const)
    return { settings: new Map(texts), state }
  } catch (cause) {
    throw new SilverpointError(
      'CHECKPOINT_MISMATCH',
      `Expected a checkpoint of a learning run in ${path} but received something else: ${brief((cause as Error).message)}. Delete it to begin anew.`,
      { cause },
    )
  }
}
