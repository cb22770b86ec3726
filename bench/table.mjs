// The README's speed tables from bench/results/{learn,sketch,startup,neighbour,full-size}.json and, of a GPU, cuda.json: prints them, and
// with --write puts them between the README's <!-- speed --> and <!-- gpu --> marks.
//
//   node bench/table.mjs [--write]
import { existsSync, readFileSync } from 'node:fs'
import { putMarked } from './lib/marked.mjs'

const at = (path) => new URL(path, import.meta.url)
const results = ['learn', 'sketch', 'startup', 'neighbour', 'full-size']
  .map((name) => at(`results/${name}.json`))
  .filter((file) => existsSync(file))
  .map((file) => JSON.parse(readFileSync(file, 'utf8')))

const measured = (unit) =>
  results.flatMap(({ sections }) => sections.filter((one) => one.unit.startsWith(unit)))
const [timed, memory] = [measured('seconds'), measured('MB')]
const isPeers = ({ peer }) => peer.startsWith('diffusers')
const text = [
  '| peer / silverpoint | seconds, peer | seconds, ours | ratio |',
  '| --- | --- | --- | --- |',
  ...timed.flatMap((section) => lines(section, isPeers)),
  '',
  '| silverpoint alone | seconds | seconds | ratio |',
  '| --- | --- | --- | --- |',
  ...timed.flatMap((section) => lines(section, (ratio) => !isPeers(ratio))),
  '',
  '| peer / silverpoint | MB, peer | MB, ours | ratio |',
  '| --- | --- | --- | --- |',
  ...memory.flatMap((section) => lines(section, isPeers)),
  '',
  ...new Set(results.map(conditions)),
].join('\n')
const onGpu = gpuTable(JSON.parse(readFileSync(at('results/cuda.json'), 'utf8')))
console.log(`${text}\n\n${onGpu}`)
if (process.argv.includes('--write')) {
  putMarked('README.md', 'speed', text)
  putMarked('README.md', 'gpu', onGpu)
}

/** Ours beside diffusers', each in all its settings. */
function gpuTable({ sections, gpu, ...facts }) {
  const list = (rows, whose) =>
    rows
      .filter(({ name }) => name.startsWith(whose))
      .map(({ name, median }) => `${name.slice(whose.length + 1)} ${Number(median.toPrecision(3))}`)
      .join('; ')
  const rows = sections.map(
    ({ what, unit, rows }) =>
      `| ${what} | ${unit} | ${list(rows, 'silverpoint')} | ${list(rows, 'diffusers')} |`,
  )
  const head = ['| | | silverpoint | diffusers |', '| --- | --- | --- | --- |']
  return [...head, ...rows, '', `${gpu.name}. ${conditions(facts)}`].join('\n')
}

function lines({ rows, ratios = [] }, wanted) {
  const of = (name) => {
    const { median } = rows.find((row) => row.name === name)
    return median < 100 ? median.toPrecision(3) : Math.round(median)
  }
  return ratios
    .filter(wanted)
    .map(
      ({ what, peer, ours, ratio }) =>
        `| ${what} | ${of(peer)} (${peer}) | ${of(ours)} (${ours}) | ${ratio.toFixed(2)} |`,
    )
}

/** What the figures were measured with, and whether anything else ran. */
function conditions({ machine, versions, threads, repeats }) {
  const { cpu, cores, memoryGB, date, busyBefore, load } = machine
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const busy =
    busyBefore > 0.1 ? `, LOADED by others (${Math.round(100 * busyBefore)} % busy, load ${load})` : ''
  return `Measured on ${date}: ${cpu}, ${cores} cores, ${memoryGB} GB${busy}; threads: ${threads}, medians of ${repeats}; ${used.join(', ')}.`
}
