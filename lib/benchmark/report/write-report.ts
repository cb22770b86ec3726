import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomically } from '../../data/write-file.js'
import { packageRoot } from '../../torch/native.js'
import type { Results } from '../results.js'
import { page } from './page.js'

export const REPORT_FILE = 'report.html'

/** Modules, each after those that it imports. */
const SCRIPTS = [
  'runs.js',
  'elements.js',
  'sortable.js',
  'gallery.js',
  'comparer.js',
  'extremes.js',
  'score-table.js',
  'page.js',
]

/**
 * Writes report.html into a results folder: one page that needs neither server nor network, and shows the folder's pictures.
 * @returns its path.
 * @throws WRITE_FAILED
 */
export async function writeReport(results: Results, folder: string): Promise<string> {
  const asset = (name: string) => readFile(join(packageRoot(), 'assets', 'report', name), 'utf8')
  const [style, ...scripts] = await Promise.all(['report.css', ...SCRIPTS].map(asset))
  const path = join(folder, REPORT_FILE)
  await writeFileAtomically(
    path,
    Buffer.from(page(results, { style: style as string, script: asOne(scripts) })),
  )
  return path
}

/** A page that is opened from the disk can load no modules: they become one, in which all names are told apart already. */
const asOne = (modules: readonly string[]): string =>
  modules.map((module) => module.replace(/^import [^']*'[^']*'\n/gm, '').replace(/^export /gm, '')).join('\n')
