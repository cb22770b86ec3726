// Results as JSON under bench/results/, and as lines to read.
import { mkdir, writeFile } from 'node:fs/promises'

/**
 * @param name of the file.
 * @returns a function that takes one section more { what, unit, rows, ratios }, prints it and writes all so far: what is cut
 * off keeps what it has. ratios: [{ what, peer, ours, ratio }], higher being better for us.
 */
export function reporter(name, about) {
  const sections = []
  return async (section) => {
    print(section)
    sections.push(section)
    const folder = new URL('../results/', import.meta.url)
    await mkdir(folder, { recursive: true })
    await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify({ ...about, sections }, null, 2)}\n`)
  }
}

function print({ what, unit, rows, ratios = [] }) {
  console.log(`\n${what} (${unit}, median)`)
  for (const { name, median, values, error } of rows)
    console.log(`  ${name.padEnd(44)} ${error ?? `${median.toPrecision(4)}   of ${values.join(' ')}`}`)
  for (const { what, ratio, peer, ours } of ratios)
    console.log(`  -> ${what}: ${ratio.toFixed(2)} x (${peer} / ${ours})`)
}

/** Peer's seconds over ours. */
export const ratioOf = (what, peer, ours) =>
  peer && ours
    ? [{ what, peer: peer.name, ours: ours.name, ratio: Number((peer.median / ours.median).toFixed(3)) }]
    : []
