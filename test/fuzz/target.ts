import type { Random } from './random.js'

/** Something of ours that reads what others may have written. */
export interface Target {
  name: string
  /** Its part of all inputs, beside the others'. */
  weight: number
  /** @param folder empty, to write in. */
  open(folder: string): Promise<Subject>
}

export interface Subject {
  /** The same input for the same numbers. */
  make(random: Random): Buffer
  /** Reads the input. Throws a SilverpointError where that is refused, or any other error where what is read is not valid. */
  read(input: Buffer): unknown
}

/** What a reader returned must hold. */
export function ensure(holds: boolean, what: string): void {
  if (!holds) throw new Error(`what was read is not valid: ${what}`)
}
