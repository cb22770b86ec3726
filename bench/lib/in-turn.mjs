// Repetitions in turn: whatever else the machine does meanwhile falls on all alike.

/**
 * @param jobs [{ name, run }], run() giving a number. Each is run once unmeasured first.
 * @returns [{ name, values, median }]; a job that fails has an `error` instead, and is not run again.
 */
export async function inTurn(repeats, jobs, unmeasured = 1) {
  const rows = jobs.map(({ name }) => ({ name, values: [] }))
  for (let turn = -unmeasured; turn < repeats; turn++) {
    for (let i = 0; i < jobs.length; i++) {
      // Another begins each turn.
      const at = (i + Math.max(turn, 0)) % jobs.length
      const row = rows[at]
      if (row.error) continue
      try {
        const value = await jobs[at].run()
        if (turn >= 0) row.values.push(Number(value.toPrecision(4)))
      } catch (error) {
        row.error = String(error.stderr || error.message)
          .trim()
          .slice(-300)
      }
      process.stderr.write(`${row.name}: ${row.error ?? row.values.at(-1) ?? 'warm'}\n`)
    }
  }
  for (const row of rows) if (!row.error) row.median = Number(median(row.values).toPrecision(4))
  return rows
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Of what takes seconds: the quickest of those whose names begin alike. */
export function quickest(rows, beginning) {
  const some = rows.filter(({ name, median }) => name.startsWith(beginning) && median !== undefined)
  return some.reduce((best, row) => (row.median < best.median ? row : best), some[0])
}
