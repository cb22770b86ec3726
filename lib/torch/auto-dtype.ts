import { existsSync, readFileSync } from 'node:fs'
import { multipliesBfloat16 } from './device.js'
import type { Device } from './dtype.js'

/** Flags of processors that multiply bfloat16 by instructions of their own; the others are slower in it than in float32. */
const NATIVE_BFLOAT16 = /\b(avx512_bf16|amx_bf16)\b/

/**
 * What networks compute in unless told: bfloat16 on processors with instructions for it and on GPUs with units for it (from
 * compute capability 8.0 on), else float32. By the device, not by timing it at every start: the same machine must draw the same
 * picture again (bench/scaling.mjs measures what it gains).
 */
export async function autoDtype(device: Device): Promise<'float32' | 'bfloat16'> {
  const native = device === 'cpu' ? processorMultipliesBfloat16() : await multipliesBfloat16(device)
  return native ? 'bfloat16' : 'float32'
}

function processorMultipliesBfloat16(): boolean {
  const told = '/proc/cpuinfo'
  return existsSync(told) && NATIVE_BFLOAT16.test(readFileSync(told, 'latin1'))
}
