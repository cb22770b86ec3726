// What a figure was measured on, and how busy that was with other things.
import { execFile } from 'node:child_process'
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'

export async function machine() {
  return {
    cpu: cpus()[0].model.trim(),
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    date: new Date().toISOString().slice(0, 16),
    ...(await busyness()),
  }
}

/** The first GPU as its driver tells it; undefined where there is none. */
export async function gpu() {
  const asked = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader']
  const told = await promisify(execFile)('nvidia-smi', asked).catch(() => undefined)
  const [name, driver, memory] = told?.stdout.split('\n')[0].split(', ') ?? []
  return name && { name, driver, memory }
}

/** Before anything is measured: the share of the cores that others use, over two seconds, and the load of the last minute. */
async function busyness() {
  const before = ticks()
  await setTimeout(2000)
  const after = ticks()
  const busy = 1 - (after.idle - before.idle) / (after.all - before.all)
  return { busyBefore: Number(busy.toFixed(2)), load: Number(loadavg()[0].toFixed(1)) }
}

function ticks() {
  const times = cpus().map(({ times }) => times)
  const all = times.flatMap((one) => Object.values(one)).reduce((sum, value) => sum + value, 0)
  return { all, idle: times.reduce((sum, { idle }) => sum + idle, 0) }
}
