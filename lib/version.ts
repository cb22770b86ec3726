import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from './torch/native.js'

/** silverpoint's own version, for whatever it leaves behind. */
export const version: string = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')).version
