import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Layers by name: how far up CONTRIBUTING.md has each. */
const [, list] = /## Layers.*?```\n(.+?)```/s.exec(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8'))!
const height = new Map(
  list!
    .split('\n')
    .reverse()
    .flatMap((line, at) => [...line.matchAll(/lib\/(\w+)\/ /g)].map(([, name]) => [name!, at] as const)),
)

const modules = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.ts') && dirname(path) !== '.',
)
const layerOf = (path: string) => normalize(path).split(/[\\/]/)[0]!

/** What a module imports, below lib/. */
function importsOf(module: string): string[] {
  const source = readFileSync(join(root, 'lib', module), 'utf8')
  const found = source.matchAll(/(?:from|import|import\() ?'(\.[^']+)'/g)
  return [...found].map(([, to]) => join(dirname(module), to!))
}

it('every folder of lib/ is a layer of CONTRIBUTING.md', () => {
  expect([...height.keys()].sort()).toEqual([...new Set(modules.map(layerOf))].sort())
})

it('a layer knows only those below it', () => {
  const known = modules.flatMap((module) =>
    importsOf(module)
      .filter((to) => height.has(layerOf(to)) && layerOf(to) !== layerOf(module))
      .map((to) => ({ module, to })),
  )
  expect(known.length).toBeGreaterThan(200)
  expect(known.filter(({ module, to }) => height.get(layerOf(to))! >= height.get(layerOf(module))!)).toEqual(
    [],
  )
})
