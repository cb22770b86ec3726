import { Command } from 'commander'
import { embeddedBundle, loadBundle } from '../../bundle/bundle.js'
import { inspectDevices } from '../../torch/index.js'
import { candidates } from '../../torch/locate.js'
import { addonFiles, openedLibTorch } from '../../torch/native.js'
import { version } from '../../version.js'
import { ExitCode } from '../exit-codes.js'
import { withJson } from '../options.js'
import { Output } from '../output.js'

interface Finding {
  what: string
  ok: boolean
  /** What was found, or what is wrong and what mends it. */
  detail: string
}

export function doctorCommand(): Command {
  const command = new Command('doctor').description(
    'say what is installed, what is used, and what is missing',
  )
  return withJson(command).action(async (options: { json?: boolean }) => {
    const output = new Output(options)
    let healthy = true
    for await (const finding of findings()) {
      healthy &&= finding.ok
      output.result(`${finding.ok ? 'ok  ' : 'FAIL'} ${finding.what}: ${finding.detail}`, finding)
    }
    if (!healthy) process.exitCode = ExitCode.failed
  })
}

async function* findings(): AsyncGenerator<Finding> {
  yield {
    what: 'silverpoint',
    ok: true,
    detail: `${version}, Node ${process.version}, ${process.platform}-${process.arch}`,
  }
  const addon = await finding('addon', () => {
    const { loader, engines } = addonFiles()
    return `${loader}, for LibTorch ${[...engines.keys()].join(' and ')}`
  })
  yield addon
  if (!addon.ok) return
  for (const { source, folder, version, refused } of candidates([...addonFiles().engines.keys()])) {
    yield { what: `LibTorch by ${source}`, ok: true, detail: `${folder}: ${refused ?? `${version}, fits`}` }
  }
  yield await finding('LibTorch opens', async () => {
    const { threads, cpuCapability, cudaDevices } = await inspectDevices()
    const { folder, version } = openedLibTorch() as { folder: string; version: string }
    return `${version} from ${folder}; ${cpuCapability}, ${threads} threads, ${cudaDevices} CUDA devices`
  })
  yield await finding('embedded bundle', async () => {
    await using bundle = await loadBundle(embeddedBundle(), { device: 'cpu' })
    return `${bundle.manifest.name}, ${bundle.manifest.resolution} px`
  })
}

async function finding(what: string, look: () => string | Promise<string>): Promise<Finding> {
  try {
    return { what, ok: true, detail: await look() }
  } catch (error) {
    return { what, ok: false, detail: (error as Error).message }
  }
}
