/** Damage to a JSON text that leaves it JSON: other types, sizes and keys where a reader expects its own. */
import type { Random } from './random.js'

/** A value as a tree that, unlike JavaScript's, can hold a key twice and a number past all bounds. */
type Node =
  | { kind: 'object'; entries: [key: string, value: Node][] }
  | { kind: 'array'; items: Node[] }
  | Leaf
interface Leaf {
  kind: 'text'
  json: string
}

const text = (json: string): Leaf => ({ kind: 'text', json })

/** One to three edits of a JSON text. */
export function mutateJson(random: Random, json: string): string {
  let root = treeOf(JSON.parse(json))
  for (let n = 1 + random.below(3); n > 0; n--) root = edit(root, random)
  return textOf(root)
}

function treeOf(value: unknown): Node {
  if (Array.isArray(value)) return { kind: 'array', items: value.map(treeOf) }
  if (typeof value !== 'object' || value === null) return text(JSON.stringify(value))
  return { kind: 'object', entries: Object.entries(value).map(([key, inner]) => [key, treeOf(inner)]) }
}

function textOf(node: Node): string {
  if (node.kind === 'text') return node.json
  if (node.kind === 'array') return `[${node.items.map(textOf).join(',')}]`
  return `{${node.entries.map(([key, value]) => `${JSON.stringify(key)}:${textOf(value)}`).join(',')}}`
}

/** The tree with one node, however deep, changed. */
function edit(node: Node, random: Random): Node {
  if (node.kind === 'text' || random.chance(0.2)) return replace(node, random)
  if (node.kind === 'array') {
    if (node.items.length === 0 || random.chance(0.3)) return resize(node.items, random)
    const at = random.below(node.items.length)
    return { kind: 'array', items: node.items.map((item, i) => (i === at ? edit(item, random) : item)) }
  }
  if (node.entries.length === 0 || random.chance(0.3)) return rekey(node.entries, random)
  const at = random.below(node.entries.length)
  const entries = node.entries.map(([key, value], i): [string, Node] => [
    key,
    i === at ? edit(value, random) : value,
  ])
  return { kind: 'object', entries }
}

const VALUES: readonly string[] = [
  ...['null', 'true', 'false', '""', '[]', '{}', '[[]]', '{"a":1}', '"text"', '"1"'],
  ...[
    '0',
    '-0',
    '-1',
    '1',
    '0.5',
    '1e-320',
    '65536',
    '2147483648',
    '9007199254740993',
    '1e15',
    '1e308',
    '1e999',
    '-1e999',
  ],
  ...['"\\ud800"', '"\\u0000"', '"../../x"', '"__proto__"', '"\\u202e\\ufeff"'],
]
const KEYS: readonly string[] = ['__proto__', 'constructor', 'toString', 'length', '', '0', '\ud800', 'unet']

function replace(node: Node, random: Random): Node {
  const depth = random.pick([10, 1000, 20_000])
  if (random.chance(0.05)) return text(`${'['.repeat(depth)}${']'.repeat(depth)}`)
  if (random.chance(0.05)) return text(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)
  if (random.chance(0.03)) return text(JSON.stringify('x'.repeat(random.pick([1000, 100_000]))))
  if (random.chance(0.1)) return { kind: 'array', items: [node] }
  if (random.chance(0.1)) return text(JSON.stringify(textOf(node)))
  return text(random.pick(VALUES))
}

function resize(items: Node[], random: Random): Node {
  const item = random.chance(0.5) ? text(random.pick(VALUES)) : (items[0] ?? text('1'))
  const longer = [...items, ...new Array<Node>(random.pick([1, 1, 3000])).fill(item)]
  return { kind: 'array', items: random.chance(0.4) ? items.slice(1) : longer }
}

function rekey(entries: [string, Node][], random: Random): Node {
  const at = random.below(entries.length)
  const [key, value] = entries[at] ?? ['key', text('1')]
  const others = entries.filter((_, i) => i !== at)
  const changed = random.pick<[string, Node][]>([
    others,
    [...others, [random.pick(KEYS), value]],
    [...entries, [random.pick(KEYS), text(random.pick(VALUES))]],
    [...entries, [key, text(random.pick(VALUES))]],
  ])
  return { kind: 'object', entries: changed }
}
