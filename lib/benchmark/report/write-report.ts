import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomically } from '../../data/write-file.js'
import { packageRoot } from '../../torch/native.js'
import type { Results } from '../results.js'
import { page } from './page.js'

export const REPORT_FILE = 'report.html'

/**
 * Writes report.html into a results folder: one page that needs neither server nor network, and shows the folder's pictures.
 * @returns its path.
 * @throws WRITE_FAILED
 */
export async function writeReport(results: Results, folder: string): Promise<string> {
  const asset = (name: string) => readFile(join(packageRoot(), 'assets', 'report', name), 'utf8')
  const [style, script] = await Promise.all([asset('report.css'), asset('report.js')])
  const path = join(folder, REPORT_FILE)
  await writeFileAtomically(path, Buffer.from(page(results, { style, script })))
  return path
}
