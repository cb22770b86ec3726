import { existsSync, readFileSync } from 'node:fs'
import type { Device } from './dtype.js'

/** Flags of processors that multiply bfloat16 by instructions of their own; the others are slower in it than in float32. */
const NATIVE_BFLOAT16 = /\b(avx512_bf16|amx_bf16)\b/

/**
 * What networks compute in unless told: bfloat16 on processors with instructions for it, else float32. By the processor, not
 * by timing it at every start: the same machine must draw the same picture again (bench/scaling.mjs measures what it gains).
 */
export function autoDtype(device: Device): 'float32' | 'bfloat16' {
  const told = '/proc/cpuinfo'
  if (device !== 'cpu' || !existsSync(told)) return 'float32'
  return NATIVE_BFLOAT16.test(readFileSync(told, 'latin1')) ? 'bfloat16' : 'float32'
}
