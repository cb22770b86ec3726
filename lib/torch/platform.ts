/** Where silverpoint runs, and what to do elsewhere. */
import { familySync } from 'detect-libc'
import { SilverpointError } from '../errors.js'

export interface Host {
  platform: string
  arch: string
  /** Of Linux: `glibc` or `musl`. */
  libc: string | null
}

const SUPPORTED = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64']
const OLDEST_NODE = [20, 19] as const

const ALTERNATIVES: Record<string, string> = {
  musl: 'LibTorch is built for glibc: use an image with Debian in place of Alpine, such as node:22-bookworm-slim',
  'darwin-x64':
    'PyTorch ended its support of Intel Macs: use the Dockerfile of the repository, or a Linux machine',
  'win32-arm64': 'Use the Windows Subsystem for Linux (linux-arm64), or the x64 build of Node',
}

/** @throws UNSUPPORTED_PLATFORM naming the alternative. */
export function requireSupportedPlatform(host: Host = thisHost()): void {
  const name = `${host.platform}-${host.arch}`
  const musl = host.platform === 'linux' && host.libc === 'musl'
  if (SUPPORTED.includes(name) && !musl) return
  const alternative = ALTERNATIVES[musl ? 'musl' : name] ?? 'Use one of those machines'
  throw new SilverpointError(
    'UNSUPPORTED_PLATFORM',
    `Expected ${SUPPORTED.join(', ')} but this is ${name}${musl ? ' with musl' : ''}. ${alternative}.`,
  )
}

/** @throws UNSUPPORTED_PLATFORM for a Node older than silverpoint is made for. */
export function requireNode(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldest, oldestMinor] = OLDEST_NODE
  if (major > oldest || (major === oldest && minor >= oldestMinor)) return
  throw new SilverpointError(
    'UNSUPPORTED_PLATFORM',
    `Expected Node ${OLDEST_NODE.join('.')} or newer but this is ${version}. Install a newer Node.`,
  )
}

const thisHost = (): Host => ({ platform: process.platform, arch: process.arch, libc: familySync() })
