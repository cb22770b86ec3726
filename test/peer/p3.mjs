// Writes the Display P3 profile that comes with libvips: node test/peer/p3.mjs FILE
import { writeFileSync } from 'node:fs'
import sharp from 'sharp'

const grey = sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } })
const { icc } = await sharp(await grey.withIccProfile('p3').png().toBuffer()).metadata()
writeFileSync(process.argv[2], icc)
