/** What went wrong, for programs: docs/errors.md says of each what mends it. */
export const ERROR_CODES = [
  'INVALID_ARGUMENT',
  'CANCELLED',
  'LIBTORCH_NOT_FOUND',
  'LIBTORCH_OPEN_FAILED',
  'LIBTORCH_INSTALL_FAILED',
  'ADDON_NOT_FOUND',
  'UNSUPPORTED_PLATFORM',
  'ENGINE_SHUT_DOWN',
  'OPERATION_FAILED',
  'OUT_OF_MEMORY',
  'DEVICE_UNAVAILABLE',
  'DEVICE_LOST',
  'AWAIT_WHILE_RECORDING',
  'TENSOR_DISPOSED',
  'FILE_NOT_FOUND',
  'FILE_UNREADABLE',
  'IMAGE_INVALID',
  'FACE_NOT_FOUND',
  'DATASET_INVALID',
  'SAFETENSORS_INVALID',
  'BUNDLE_INVALID',
  'STYLE_INVALID',
  'STYLE_MISMATCH',
  'TEXT_TOO_LONG',
  'WRITE_FAILED',
  'CHECKPOINT_MISMATCH',
  'RESULTS_INVALID',
  'RESULTS_MISMATCH',
  'EXPORT_FAILED',
] as const
/** One of {@link ERROR_CODES}. */
export type ErrorCode = (typeof ERROR_CODES)[number]

/**
 * Every error silverpoint throws on purpose: a code for programs, and a message that says what was expected, what came and
 * what to do.
 *
 * @example
 * ```ts
 * try {
 *   sketcher = new Sketcher(bundle, { style })
 * } catch (error) {
 *   if (!(error instanceof SilverpointError) || error.code !== 'STYLE_MISMATCH') throw error
 * }
 * ```
 */
export class SilverpointError extends Error {
  /** What went wrong. */
  readonly code: ErrorCode

  /** @internal */
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SilverpointError'
    this.code = code
  }
}

/** The sentence every complaint about a value is made of: what was expected, what came, what to do. */
export function expected(what: string, wanted: string, got: unknown, remedy = ''): string {
  return `Expected ${wanted} for ${what} but received ${describe(got)}.${remedy && ` ${remedy}`}`
}

export function invalidArgument(
  what: string,
  wanted: string,
  got: unknown,
  remedy?: string,
): SilverpointError {
  return new SilverpointError('INVALID_ARGUMENT', expected(what, wanted, got, remedy))
}

/** A text as a message quotes it: of what others may have written, no more than anyone reads. */
export function brief(text: string): string {
  return text.length > 200 ? `${text.slice(0, 197)}...` : text
}

/** A value of JSON as a message quotes it. */
export function quoted(value: unknown): string {
  try {
    return brief(JSON.stringify(value) ?? String(value))
  } catch {
    // Nested so deeply that it cannot be written.
    return describe(value)
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value)
  if (value === null || value === undefined || typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return `an array of ${value.length}`
  return `an object of type ${value.constructor?.name ?? 'Object'}`
}
