// The pictures of the README, drawn by the demo with the bundle that comes along: `npm run pictures`.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const pictures = 'docs/pictures'
mkdirSync(pictures, { recursive: true })
const drawn = mkdtempSync(join(tmpdir(), 'silverpoint-'))
execFileSync(process.execPath, ['dist/cli/main.js', 'demo', '-o', drawn], { stdio: 'inherit' })
copyFileSync(join(drawn, 'style.png'), join(pictures, 'learned.png'))
copyFileSync(join(drawn, 'sketches', 'contact-sheet.png'), join(pictures, 'sketches.png'))
rmSync(drawn, { recursive: true })
console.log(`${pictures}/learned.png\n${pictures}/sketches.png`)
