import { type ErrorCode, SilverpointError } from '../errors.js'
import type { Answer, NativeError } from './addon-types.js'

/**
 * Remembers where recent operations were called, so that a failure on the compute thread can name the line. As text: V8
 * formats a captured stack only when it is read, and until then its frames hold on to whatever their functions close over,
 * which may be all pictures of the last thousand calls.
 */
const KEPT = 8192
const sites: string[] = new Array(KEPT)
let calls = 0

/** Numbers the call and keeps its stack. */
export function nextCall(): number {
  const number = ++calls
  const site: { stack?: string } = {}
  Error.captureStackTrace(site, nextCall)
  sites[number % KEPT] = site.stack ?? ''
  return number
}

function siteOf(call: number): string {
  const known = call > 0 && call > calls - KEPT && sites[call % KEPT]
  return known ? known.slice(known.indexOf('\n') + 1) : '    at (an operation too long ago to be remembered)'
}

/** What a call of the addon gives; what it throws at once is typed. */
export function asked<T>(ask: () => T): T {
  try {
    return ask()
  } catch (error) {
    throw typedError(error)
  }
}

/** What the compute thread will answer; what fails, at once or there, is typed. */
export function answered<T>(ask: (answer: Answer<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    asked(() => ask((failure, value) => (failure ? reject(typedError(failure)) : resolve(value as T))))
  })
}

/** A native failure as a typed error, with the stack of the operation that failed first. */
function typedError(error: unknown): Error {
  const native = error as NativeError
  if (native?.code === 'ENGINE_SHUT_DOWN') return new SilverpointError(native.code, native.message)
  if (typeof native?.call !== 'number') return error as Error
  const typed = new SilverpointError(native.code as ErrorCode, `${native.operation}: ${native.message}`)
  typed.stack = `${typed.name}: ${typed.message}\n${siteOf(native.call)}`
  return typed
}
