import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../lib/torch/native.js'

/** The newest symbol versions that RHEL 9, Amazon Linux 2023 and everything later have. */
const NEWEST: Record<string, string> = { GLIBC: '2.34', GLIBCXX: '3.4.29', CXXABI: '1.3.13', GCC: '12.0.0' }

const built = ['build/Release', `prebuilds/${process.platform}-${process.arch}`]
  .map((folder) => join(packageRoot(), folder))
  .filter(existsSync)
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((path) => /\.(node|so)$/.test(path))

const objdump = (flag: string, path: string) => execFileSync('objdump', [flag, path], { encoding: 'utf8' })
const newer = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true }) > 0

describe.runIf(process.platform === 'linux')('what is built for Linux', () => {
  it('is a loader and an engine', () => {
    expect(built.some((path) => path.endsWith('silverpoint.node'))).toBe(true)
    expect(built.some((path) => /silverpoint-torch\d+\.\d+\.so$/.test(path))).toBe(true)
  })

  it.each(built)('%s needs no newer symbols than systems of 2021 have', (path) => {
    const versions = [...objdump('-T', path).matchAll(/\(?(GLIBC|GLIBCXX|CXXABI|GCC)_(\d[\d.]*)\)?/g)]
    expect(versions.length).toBeGreaterThan(0)
    const tooNew = versions
      .filter(([, family, version]) => newer(version!, NEWEST[family!]!))
      .map(([all]) => all)
    expect(new Set(tooNew)).toEqual(new Set())
  })

  it.each(built)('%s looks for libraries nowhere of its own, and the loader needs libc alone', (path) => {
    const header = objdump('-p', path)
    expect(header).not.toMatch(/RPATH|RUNPATH/)
    const needed = [...header.matchAll(/NEEDED\s+(\S+)/g)].map(([, name]) => name)
    if (path.endsWith('.node')) expect(needed).toEqual(['libc.so.6'])
    else expect(needed).toEqual(expect.arrayContaining(['libtorch_cpu.so', 'libc10.so', 'libc.so.6']))
  })
})
