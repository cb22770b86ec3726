// Texts that scripts write into the project's own pages.
import { readFileSync, writeFileSync } from 'node:fs'

/** Puts the text between the marks <!-- name --> and <!-- /name --> of a page. @param path from the project's root. */
export function putMarked(path, name, text) {
  const file = new URL(`../../${path}`, import.meta.url)
  const marked = new RegExp(`(<!-- ${name} -->\\n).*(<!-- /${name} -->)`, 's')
  const before = readFileSync(file, 'utf8')
  if (!marked.test(before))
    throw new Error(`Expected the marks <!-- ${name} --> and <!-- /${name} --> in ${path}.`)
  writeFileSync(
    file,
    before.replace(marked, (_, begin, end) => `${begin}${text}\n${end}`),
  )
}
