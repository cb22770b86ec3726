// Reads what the sanitizers reported. Only our own code is instrumented: every error is ours. A leak is ours where our
// code is in the stack that took the block, but for the blocks of V8's own heap.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const OURS = /silverpoint-torch[\d.]+\.so|silverpoint\.node|\/native\/\w+\.(cc|h|c)\b/
const ALLOCATORS = /interceptor|operator new|lib(a|ub)san|libstdc\+\+| in (?:void )?std::/
const REPORTS = /\n\n|(?=^\S+: runtime error: )/m

/**
 * `failures`: the reports that are ours to mend, whole. `leaks`: those that are not, counted by whose they are.
 * @returns {{ failures: string[], leaks: Map<string, { objects: number, bytes: number }> }}
 */
export function readReports(folder) {
  const failures = []
  const leaks = new Map()
  const count = (owner, objects, bytes) => {
    const known = leaks.get(owner) ?? { objects: 0, bytes: 0 }
    leaks.set(owner, { objects: known.objects + objects, bytes: known.bytes + bytes })
  }
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), 'utf8')
    for (const report of text.split(REPORTS).map((part) => part.trim())) {
      const leak = /^(?:Direct|Indirect) leak of (\d+) byte\(s\) in (\d+) object/.exec(report)
      const owner = leak && ownerOf(report)
      if (owner) count(owner, Number(leak[2]), Number(leak[1]))
      else if (leak || /ERROR: AddressSanitizer|runtime error: /.test(report)) failures.push(report)
    }
    for (const [, objects, bytes, function_] of text.matchAll(/^ +(\d+) +(\d+) (\w+)$/gm))
      count(`Node's ${function_} (test/sanitize/lsan.supp says why)`, Number(objects), Number(bytes))
  }
  return { failures, leaks }
}

/** Whose the leaked block is; undefined where it is ours. */
function ownerOf(report) {
  const frames = report.split('\n').filter((line) => /^\s*#\d/.test(line))
  const first = frames.find((line) => !ALLOCATORS.test(line)) ?? ''
  if (!OURS.test(report)) return /\(([^()+]+)\+0x/.exec(first)?.[1] ?? 'unknown'
  // What V8 takes for its own heap when we call it, such as a page's remembered set, only that heap's pages name, which
  // LeakSanitizer does not look through. It goes with the heap, if the process is not ended before. What of ours could
  // hold on to it, a reference or an external value, Node-API takes, not V8: that is ours.
  return / in v8::internal::/.test(first) ? "V8's heap, on our call" : undefined
}
