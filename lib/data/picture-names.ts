/** What pictures are called by their paths below a folder, with `/` between folders. */
import { posix } from 'node:path'

/** Which pictures of two folders belong together: `a/b` of `a/b.jpg`. */
export const stemOf = (path: string): string => path.slice(0, path.length - posix.extname(path).length)

/** What data sets, and the files made of them, call the picture of a stem: `a_b` of `a/b`. */
export const nameOf = (stem: string): string => stem.replaceAll('/', '_')
