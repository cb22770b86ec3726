/** All methods that a benchmark can compare. */
import { invalidArgument } from '../errors.js'
import { bestText } from './best-text.js'
import { EXTERNAL, external, parseExternal } from './external.js'
import { grey } from './grey.js'
import { greyBlurred } from './grey-blurred.js'
import { greyFitted } from './grey-fitted.js'
import { instructPix2Pix } from './instruct-pix2pix.js'
import type { Method } from './method.js'
import { optionalOnly } from './optional-only.js'
import { ours } from './ours.js'
import { oursNoDrawing } from './ours-no-drawing.js'
import { oursNoEdit } from './ours-no-edit.js'
import { oursNoHybrid } from './ours-no-hybrid.js'
import { oursPaper } from './ours-paper.js'
import { oursText } from './ours-text.js'
import type { MakeMethods, Tools } from './tools.js'
import { visii } from './visii.js'

/** By name, in the order of tables. */
export const METHODS: Readonly<Record<string, MakeMethods>> = {
  'instruct-pix2pix': instructPix2Pix,
  visii,
  'best-text': bestText,
  'optional-only': optionalOnly,
  ours,
  'ours-paper': oursPaper,
  'ours-text': oursText,
  'ours-no-drawing': oursNoDrawing,
  'ours-no-edit': oursNoEdit,
  'ours-no-hybrid': oursNoHybrid,
  grey,
  'grey-fitted': greyFitted,
  'grey-blurred': greyBlurred,
}

/** Those that take hours and days are run when they are asked for. */
export const DEFAULT_METHODS = Object.keys(METHODS).filter(
  (name) => !['ours-paper', 'best-text'].includes(name),
)

/** Refuses names that are no method, before any network is opened. @throws INVALID_ARGUMENT. */
export function requireMethods(names: readonly string[]): void {
  if (names.length === 0) throw invalidArgument('methods', 'at least one method', 'none')
  const repeated = names.find((name, i) => names.indexOf(name) !== i)
  if (repeated !== undefined) throw invalidArgument('methods', 'each method once', repeated)
  for (const name of names) {
    if (name.startsWith(EXTERNAL)) parseExternal(name)
    else if (!Object.hasOwn(METHODS, name))
      throw invalidArgument(
        'method',
        `one of ${Object.keys(METHODS).join(', ')}, ${EXTERNAL}NAME=FOLDER,…`,
        name,
      )
  }
}

/** @throws INVALID_ARGUMENT, and what opening an external method's folder throws. */
export async function makeMethods(names: readonly string[], tools: Tools): Promise<Method[]> {
  requireMethods(names)
  const made = names.map((name) =>
    name.startsWith(EXTERNAL) ? external(parseExternal(name)) : (METHODS[name] as MakeMethods)(tools),
  )
  return (await Promise.all(made)).flat()
}
