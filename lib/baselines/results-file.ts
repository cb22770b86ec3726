import type * as v from 'valibot'
import { readFile } from '../data/read-file.js'
import { parseJsonAs } from '../data/schema.js'
import { SilverpointError } from '../errors.js'

/** A JSON file of a results folder. @throws FILE_NOT_FOUND, FILE_UNREADABLE, RESULTS_INVALID. */
export async function readResultsFile<const T extends v.GenericSchema>(
  schema: T,
  path: string,
): Promise<v.InferOutput<T>> {
  const { value, misfit } = parseJsonAs(schema, (await readFile(path)).toString())
  if (!misfit) return value
  throw new SilverpointError(
    'RESULTS_INVALID',
    `Expected ${misfit.wanted} in ${path} but received ${misfit.got}. Run the benchmark again into another folder.`,
  )
}
