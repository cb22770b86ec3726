import { CommanderError } from 'commander'
import { type ErrorCode, SilverpointError } from '../errors.js'

/** As sysexits.h and shells have them. */
export const ExitCode = { ok: 0, failed: 1, usage: 2, partial: 3, retryLater: 75, interrupted: 130 } as const
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

const BY_CODE: Partial<Record<ErrorCode, ExitCode>> = {
  INVALID_ARGUMENT: ExitCode.usage,
  CANCELLED: ExitCode.interrupted,
  DEVICE_LOST: ExitCode.retryLater,
}

/** Why a job was asked to stop: a user's Ctrl-C, or a system that will start it again. */
export class Interruption extends Error {
  readonly exitCode: ExitCode

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(signal)
    this.name = 'Interruption'
    this.exitCode = signal === 'SIGINT' ? ExitCode.interrupted : ExitCode.retryLater
  }
}

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage
  if (error instanceof SilverpointError && error.cause instanceof Interruption) return error.cause.exitCode
  if (error instanceof SilverpointError) return BY_CODE[error.code] ?? ExitCode.failed
  return ExitCode.failed
}
