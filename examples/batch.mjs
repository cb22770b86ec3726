// Sketches a folder, and all folders in it, in a learned style. Stopped by Ctrl-C, or by anything else, it goes on where it
// was when it is started again.
//
//   node examples/batch.mjs style.safetensors photos/ out/ [bundle/]
import { findImages, loadBundle, SilverpointError, Sketcher, Style, sketchFiles } from 'silverpoint'

const [style, photos, output, folder] = process.argv.slice(2)
const controller = new AbortController()
process.once('SIGINT', () => controller.abort())

const bundle = await loadBundle(folder)
const sketcher = new Sketcher(bundle, { style: await Style.load(style), signal: controller.signal })
try {
  const summary = await sketchFiles(sketcher, await findImages([photos], { output }), output, {
    skipExisting: true,
    onItem: ({ photo, sketch, error }) => console.log(error ? `${photo} failed: ${error.message}` : sketch),
  })
  console.log(
    `${summary.sketched} sketched, ${summary.skipped} were there, ${summary.failed} failed; see ${summary.ledger}`,
  )
} catch (error) {
  if (!(error instanceof SilverpointError) || error.code !== 'CANCELLED') throw error
  console.log('Stopped after a whole batch. Start again to go on.')
  process.exitCode = 130
} finally {
  sketcher.dispose()
  bundle.dispose()
}
