/** A learning run on disk: enough to go on with the same bits. */
import { existsSync } from 'node:fs'
import {
  readSafetensors,
  type SafetensorsFile,
  type StoredTensor,
  serialiseSafetensors,
} from '../data/safetensors.js'
import { writeFileAtomically } from '../data/write-file.js'
import { SilverpointError } from '../errors.js'

/** Whatever makes two runs differ. */
export type Settings = Record<string, unknown>

export interface Checkpoint {
  tensors: Record<string, StoredTensor>
  /** What the run knows besides tensors. */
  state: Record<string, unknown>
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
    const [wanted, got] = [JSON.stringify(value), JSON.stringify(saved.settings[name])]
    if (wanted === got) continue
    throw new SilverpointError(
      'CHECKPOINT_MISMATCH',
      `Expected a checkpoint with ${name} ${wanted} in ${path} but received one with ${got}. Use the settings it was begun with, or delete it to begin anew.`,
    )
  }
  return { tensors, state: saved.state }
}

function parse(metadata: SafetensorsFile['metadata'], path: string): { settings: Settings; state: Settings } {
  try {
    if (metadata.format !== FORMAT) throw new Error(`its format is ${metadata.format}`)
    return { settings: JSON.parse(metadata.settings ?? ''), state: JSON.parse(metadata.state ?? '') }
  } catch (cause) {
    throw new SilverpointError(
      'CHECKPOINT_MISMATCH',
      `Expected a checkpoint of a learning run in ${path} but received something else: ${(cause as Error).message}. Delete it to begin anew.`,
      { cause },
    )
  }
}
