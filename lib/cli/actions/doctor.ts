import { diagnose } from '../../doctor.js'
import { ExitCode } from '../exit-codes.js'
import type { Output } from '../output.js'

export async function doctor(_options: unknown, output: Output): Promise<void> {
  for await (const finding of diagnose()) {
    const { what, ok, detail } = finding
    output.result(`${ok ? 'ok  ' : 'FAIL'} ${what}: ${detail}`, finding)
    if (!ok) process.exitCode = ExitCode.failed
  }
}
