/** For `node --import`: says on stderr which modules and libraries the process loads. */
import { writeSync } from 'node:fs'
import { register } from 'node:module'

const hooks = `
  import { writeSync } from 'node:fs'
  export const load = (url, context, next) => { writeSync(2, 'loaded ' + url + '\\n'); return next(url, context) }`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)
process.on('exit', () => {
  for (const path of process.report.getReport().sharedObjects) writeSync(2, `loaded ${path}\n`)
})
