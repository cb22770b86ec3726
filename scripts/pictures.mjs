// The pictures of the README, drawn by the commands and the bundle that it speaks of: `npm run pictures`.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contactSheet } from '../dist/data/contact-sheet.js'
import { loadBundle, Sketcher } from '../dist/index.js'

const TEXTS = [
  'a dark line portrait with dark hair',
  "a light artist's line sketch with thin lines, no shading",
  'a shaded portrait with dark hair',
  'a pencil sketch',
  'a charcoal drawing',
  'an ink drawing with heavy shadows',
  'chalk drawing on blue paper',
  'a red chalk drawing',
]
const pictures = 'docs/pictures'
const photos = 'examples/demo/photos'
mkdirSync(pictures, { recursive: true })

const drawn = mkdtempSync(join(tmpdir(), 'silverpoint-'))
execFileSync(process.execPath, ['dist/cli/main.js', 'demo', '-o', drawn], { stdio: 'inherit' })
copyFileSync(join(drawn, 'style.png'), join(pictures, 'learned.png'))
copyFileSync(join(drawn, 'sketches', 'contact-sheet.png'), join(pictures, 'sketches.png'))
rmSync(drawn, { recursive: true })

const bundle = await loadBundle()
const photo = join(photos, readdirSync(photos).sort()[0])
const sketcher = new Sketcher(bundle)
const rows = []
for await (const { original, sketch, index, error } of sketcher.sketch(
  TEXTS.map((optional) => ({ photo, optional })),
)) {
  if (error) throw error
  rows.push({ photo: original, sketch, name: TEXTS[index] })
}
sketcher.dispose()
bundle.dispose()
writeFileSync(join(pictures, 'texts.png'), await contactSheet(rows))
console.log(
  readdirSync(pictures)
    .map((name) => join(pictures, name))
    .join('\n'),
)
